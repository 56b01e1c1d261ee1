using Almanac.Tools.Postgres;

namespace Almanac.Samples;

/// <summary>The statements of one of the sample's .sql files, which psql runs as they are.</summary>
internal static class SqlScript
{
    /// <summary>The file's text.</summary>
    /// <param name="name">Its path below samples/wedsync.</param>
    public static string Load(string name) => SqlResource.Load("samples/wedsync/" + name);

    /// <summary>One statement without its comment lines, as an application sends it.</summary>
    public static string LoadStatement(string name) => Bare(Load(name));

    /// <summary>The statements in their order; in the sample's files each ends at the end of a line, and comments have lines of their own.</summary>
    public static IReadOnlyList<string> LoadStatements(string name)
        => [.. Bare(Load(name)).Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static string Bare(string text)
        => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal))).Trim() + "\n";
}
