namespace Almanac.Cli.Rendering;

/// <summary>Writes a verb's answer to standard output in the format that was asked for.</summary>
internal sealed class Output(CliContext context, OutputFormat format, bool noColor)
{
    /// <summary>How the answer is written.</summary>
    public OutputFormat Format => format;

    /// <summary>Colour is for terminals, and not where somebody declined it (https://no-color.org).</summary>
    public bool Colour => context.OutIsTerminal && !noColor
        && !(context.Environment.TryGetValue("NO_COLOR", out var declined) && declined.Length > 0)
        && !(context.Environment.TryGetValue("TERM", out var terminal) && terminal == "dumb");

    public void Write(View view)
    {
        switch (format)
        {
            case OutputFormat.Json:
                context.Out.WriteLine(Documents.Json(view.Document));
                break;
            case OutputFormat.Yaml:
                YamlText.Write(Documents.Tree(view.Document), context.Out);
                break;
            case OutputFormat.Csv:
                CsvText.Write(view, context.Out);
                break;
            default:
                new TableText(context.Out, Colour, context.OutIsTerminal ? context.Width : null).Write(view);
                break;
        }

        context.Out.Flush();
    }
}
