using Almanac.Model;
using NodaTime;

namespace Almanac.Advise.Unused;

/// <summary>What advice on dropping indexes rests on.</summary>
public sealed record UnusedIndexInput
{
    /// <summary>The database, as <c>system-identifier/database</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Its tables and indexes with their scans.</summary>
    public required Catalog Catalog { get; init; }

    /// <summary>When the catalog was read.</summary>
    public required Instant Now { get; init; }

    /// <summary>Since when the scans have been counted; null when nobody knows.</summary>
    public Instant? CountersSince { get; init; }

    /// <summary>True when the observation spans every season of the year and all replicas: only then is 'never scanned' a proof.</summary>
    public bool FullSeasonObserved { get; init; }

    /// <summary>Rows written in the observed window, by table oid.</summary>
    public IReadOnlyDictionary<uint, TableWrites> Writes { get; init; } = new Dictionary<uint, TableWrites>();

    /// <summary>Ids of changes that were rejected or rolled back recently: not proposed again.</summary>
    public IReadOnlySet<string> RecentlyRejected { get; init; } = new HashSet<string>();
}
