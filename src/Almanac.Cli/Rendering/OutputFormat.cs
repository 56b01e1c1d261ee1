namespace Almanac.Cli.Rendering;

/// <summary>How an answer is written.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
    Csv,
}
