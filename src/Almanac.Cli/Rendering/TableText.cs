using Spectre.Console;
using Spectre.Console.Rendering;

namespace Almanac.Cli.Rendering;

/// <summary>Writes an answer for people.</summary>
internal sealed class TableText
{
    // Piped into another program nothing may be wrapped: one row stays one line.
    private const int Unwrapped = 100_000;

    private readonly TextWriter writer;
    private readonly bool colour;
    private readonly int width;
    private readonly IAnsiConsole console;

    public TableText(TextWriter writer, bool colour, int? width)
    {
        this.writer = writer;
        this.colour = colour;
        this.width = width ?? Unwrapped;
        console = ConsoleFor(writer);
    }

    public void Write(View view)
    {
        foreach (var block in view.Blocks)
        {
            Write(block);
        }
    }

    private void Write(Block block)
    {
        switch (block)
        {
            case Line line:
                console.Write(new Text(line.Text + "\n", Style(line.Tone)));
                break;
            case Code code:
                writer.WriteLine(code.Text.TrimEnd('\n'));
                break;
            case Facts facts:
                Write(facts);
                break;
            case Grid { Rows.Count: 0 } empty:
                writer.WriteLine(empty.Title is null ? empty.Empty : $"{empty.Title}: {empty.Empty}");
                break;
            case Grid grid:
                Write(grid);
                break;
        }
    }

    private void Write(Facts facts)
    {
        var width = facts.Pairs.Max(p => p.Name.Length);
        foreach (var (name, value) in facts.Pairs)
        {
            console.Write(new Text(name.PadRight(width + 2), Style(Tone.Faint)));
            console.Write(new Text(value.Text + "\n", Style(value.Tone)));
        }
    }

    private void Write(Grid grid)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = true, UseSafeBorder = false };
        if (grid.Title is not null)
        {
            writer.WriteLine();
            console.Write(new Text(grid.Title + "\n", new Style(decoration: Decoration.Bold)));
        }

        for (var i = 0; i < grid.Columns.Count; i++)
        {
            var numeric = grid.Rows.All(r => r[i].Text.Length == 0 || char.IsAsciiDigit(r[i].Text[^1]) && r[i].Text.All(c => char.IsAsciiDigit(c) || c is '.' or ',' or '-' or '+' or ' '));
            table.AddColumn(new TableColumn(new Text(grid.Columns[i])) { Alignment = numeric ? Justify.Right : Justify.Left, Padding = new Padding(0, 0, 2, 0) });
        }

        foreach (var row in grid.Rows)
        {
            table.AddRow(row.Select(c => (IRenderable)new Text(c.Text, Style(c.Tone))));
        }

        // The frame leaves blank lines and trailing spaces, which are noise in a log.
        using var framed = new StringWriter();
        ConsoleFor(framed).Write(table);
        foreach (var line in framed.ToString().Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0))
        {
            writer.WriteLine(line);
        }
    }

    private IAnsiConsole ConsoleFor(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new FixedWidthOutput(output, width),
        Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });

    private static Style Style(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Caution => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        Tone.Faint => new Style(decoration: Decoration.Dim),
        _ => Spectre.Console.Style.Plain,
    };

    private sealed class FixedWidthOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => width;

        public int Height => 50;

        public void SetEncoding(System.Text.Encoding encoding)
        {
            // The writer's encoding is the caller's choice.
        }
    }
}
