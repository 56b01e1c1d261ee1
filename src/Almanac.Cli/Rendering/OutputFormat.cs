using Almanac.Cli.Grammar;
using Almanac.Config;
using Almanac.Model;

namespace Almanac.Cli.Rendering;

/// <summary>How an answer is written.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
    Csv,
}

/// <summary>Reads <c>-o</c>.</summary>
internal static class OutputFormats
{
    /// <summary>Table when nothing is said.</summary>
    public static OutputFormat Parse(string? text) => text switch
    {
        null or "table" => OutputFormat.Table,
        "json" => OutputFormat.Json,
        "yaml" => OutputFormat.Yaml,
        "csv" => OutputFormat.Csv,
        _ => throw new AlmanacException(
            ExitCode.Usage,
            $"There is no output format '{text}'.",
            Nearest.To(text, ["table", "json", "yaml", "csv"]) is { } nearest ? $"Did you mean '{nearest}'?" : "Use table, json, yaml or csv."),
    };
}
