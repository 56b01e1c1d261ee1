namespace Almanac.Tools.Postgres;

/// <summary>The .sql files that travel inside the assembly, by their path below src/Almanac.</summary>
internal static class SqlResource
{
    /// <summary>The text of for example <c>Observe/Sql/statements.sql</c>.</summary>
    public static string Load(string path)
    {
        using var stream = typeof(SqlResource).Assembly.GetManifestResourceStream(path)
            ?? throw new InvalidOperationException($"No SQL resource '{path}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>All resource paths, for tests that prepare each on a real server.</summary>
    public static IEnumerable<string> Paths => typeof(SqlResource).Assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
