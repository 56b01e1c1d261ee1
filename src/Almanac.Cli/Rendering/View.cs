namespace Almanac.Cli.Rendering;

/// <summary>How a cell or line is to be taken; shown as colour where there is any.</summary>
internal enum Tone
{
    Plain,
    Good,
    Caution,
    Bad,
    Faint,
}

/// <summary>One cell: its text for people and how to take it.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(text ?? string.Empty);
}

/// <summary>A part of an answer as people read it.</summary>
internal abstract record Block;

/// <summary>A line or paragraph.</summary>
internal sealed record Line(string Text, Tone Tone = Tone.Plain) : Block;

/// <summary>Names and values, one pair a line.</summary>
internal sealed record Facts(params (string Name, Cell Value)[] Pairs) : Block;

/// <summary>Text that is shown exactly as it is: SQL, YAML.</summary>
internal sealed record Code(string Text) : Block;

/// <summary>Rows under headings.</summary>
internal sealed record Grid(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows) : Block
{
    /// <summary>A short line above it.</summary>
    public string? Title { get; init; }

    /// <summary>Said in place of a grid without rows.</summary>
    public string Empty { get; init; } = "None.";
}

/// <summary>One answer: a document for programs, and blocks for people. CSV is the first grid, or the first facts.</summary>
internal sealed record View(object Document, params IReadOnlyList<Block> Blocks);
