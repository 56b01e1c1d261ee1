namespace Almanac.Model;

/// <summary>
/// Marks the statements that Almanac itself sends, so that it does not observe itself: a comment in front does not change a
/// statement's queryid and survives in pg_stat_statements.
/// </summary>
public static class OwnStatement
{
    private const string Comment = "/* almanac */";

    /// <summary>The statement with the mark in front.</summary>
    public static string Mark(string sql) => Comment + " " + sql;

    /// <summary>Whether a text from pg_stat_statements carries the mark.</summary>
    public static bool Is(string text) => text.AsSpan().TrimStart().StartsWith(Comment, StringComparison.Ordinal);
}
