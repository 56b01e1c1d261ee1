using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Store;

/// <summary>One step of the schema: its number, name, text and the text's checksum.</summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text with plain line ends, 64 hex digits.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}

/// <summary>One row of almanac.schema_version.</summary>
internal sealed record AppliedMigration
{
    public required int Version { get; init; }
    public required string Name { get; init; }
    public required string Checksum { get; init; }
}

/// <summary>Decides which migrations are to run, or why the schema is not one that this binary may touch.</summary>
internal static class Migrations
{
    /// <summary>The steps that travel in the assembly, in order: <c>Store/Migrations/0001_name.sql</c>.</summary>
    public static IReadOnlyList<Migration> Known { get; } =
    [
        .. SqlResource.Paths.Where(path => path.StartsWith("Store/Migrations/", StringComparison.Ordinal)).Select(path =>
        {
            var name = Path.GetFileNameWithoutExtension(path);
            return new Migration(int.Parse(name[..4], CultureInfo.InvariantCulture), name[5..], SqlResource.Load(path));
        }).OrderBy(m => m.Version),
    ];

    /// <summary>The known migrations that are not applied yet.</summary>
    /// <exception cref="AlmanacException">Exit code 12 when the schema is newer than the binary, or was made from other text.</exception>
    public static IReadOnlyList<Migration> Pending(IReadOnlyList<Migration> known, IEnumerable<AppliedMigration> applied, string where)
    {
        var byVersion = applied.ToDictionary(a => a.Version);
        var newest = known.Count == 0 ? 0 : known.Max(k => k.Version);
        if (byVersion.Keys.Where(v => v > newest).Order().Select(v => (int?)v).FirstOrDefault() is { } newer)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"The schema almanac of {where} has version {newer} ({byVersion[newer].Name}); this Almanac knows only {newest}.",
                "Run the newer Almanac that made it, or point --store to another database.");
        }

        foreach (var migration in known)
        {
            if (byVersion.TryGetValue(migration.Version, out var row) && row.Checksum != migration.Checksum)
            {
                throw new AlmanacException(
                    ExitCode.PrerequisiteMissing,
                    $"Migration {migration.Version} ({migration.Name}) of the schema almanac of {where} was applied from a different text than this Almanac holds.",
                    "The schema was made by a modified build; use that build, or point --store to another database.");
            }
        }

        return [.. known.Where(k => !byVersion.ContainsKey(k.Version)).OrderBy(k => k.Version)];
    }
}
