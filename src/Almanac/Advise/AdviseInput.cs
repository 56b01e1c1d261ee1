using Almanac.Model;

namespace Almanac.Advise;

/// <summary>What advice on indexes rests on.</summary>
public sealed record AdviseInput
{
    /// <summary>The database, as <c>system-identifier/database</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Its tables, statistics and indexes.</summary>
    public required Catalog Catalog { get; init; }

    /// <summary>What it did.</summary>
    public required Workload Workload { get; init; }

    /// <summary>Rows written in the workload's window, by table oid; null to take them from the observed statements.</summary>
    public IReadOnlyDictionary<uint, TableWrites>? Writes { get; init; }

    /// <summary>Ids of changes that were rejected or rolled back recently: not proposed again.</summary>
    public IReadOnlySet<string> RecentlyRejected { get; init; } = new HashSet<string>();
}

/// <summary>Rows written to one table over a window.</summary>
public sealed record TableWrites(long Inserts, long Updates, long HotUpdates, long Deletes)
{
    /// <summary>Two windows together.</summary>
    public static TableWrites operator +(TableWrites a, TableWrites b)
        => new(a.Inserts + b.Inserts, a.Updates + b.Updates, a.HotUpdates + b.HotUpdates, a.Deletes + b.Deletes);

    /// <summary>Named form of +.</summary>
    public static TableWrites Add(TableWrites left, TableWrites right) => left + right;

    /// <summary>What was written between two snapshots, by table oid; since the counters' reset without an earlier one. Counters that went back count from zero.</summary>
    public static IReadOnlyDictionary<uint, TableWrites> Between(ServerSnapshot? earlier, ServerSnapshot later)
    {
        var before = earlier?.Relations.ToDictionary(r => r.Oid) ?? [];
        return later.Relations.ToDictionary(
            r => r.Oid,
            r =>
            {
                var start = before.TryGetValue(r.Oid, out var b) && b.Inserts <= r.Inserts && b.Updates <= r.Updates && b.HotUpdates <= r.HotUpdates && b.Deletes <= r.Deletes ? b : null;
                return new TableWrites(r.Inserts - (start?.Inserts ?? 0), r.Updates - (start?.Updates ?? 0), r.HotUpdates - (start?.HotUpdates ?? 0), r.Deletes - (start?.Deletes ?? 0));
            });
    }
}
