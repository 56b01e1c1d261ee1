using System.Globalization;

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

    /// <summary>
    /// The variant of a query for a server: <c>name.14.sql</c> is for major version 14 and later, <c>name.sql</c> for any
    /// older one; the highest that the server reaches.
    /// </summary>
    public static string Load(string path, int major)
    {
        var stem = path[..^".sql".Length];
        for (var version = major; version > 12; version--)
        {
            var variant = string.Create(CultureInfo.InvariantCulture, $"{stem}.{version}.sql");
            if (Exists(variant))
            {
                return Load(variant);
            }
        }

        return Load(path);
    }

    /// <summary>All resource paths, for tests that prepare each on a real server.</summary>
    public static IEnumerable<string> Paths => typeof(SqlResource).Assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static bool Exists(string path) => typeof(SqlResource).Assembly.GetManifestResourceInfo(path) is not null;
}
