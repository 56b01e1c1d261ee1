using System.Text.Json.Serialization;
using NodaTime;

namespace Almanac.Model;

/// <summary>Which database on which server was read, and since when its counters have been running.</summary>
public sealed record ServerIdentity
{
    /// <summary>The cluster's identifier from initdb; the same on a primary and all its standbys.</summary>
    public required string SystemIdentifier { get; init; }

    /// <summary>The database name.</summary>
    public required string Database { get; init; }

    /// <summary>The database's oid.</summary>
    public required uint DatabaseOid { get; init; }

    /// <summary>How the ledger and the store name this database: <c>system-identifier/database</c>.</summary>
    [JsonIgnore]
    public string Target => $"{SystemIdentifier}/{Database}";

    /// <summary><c>server_version_num</c>, for example 150018.</summary>
    public required int VersionNumber { get; init; }

    /// <summary>True on a standby.</summary>
    public required bool InRecovery { get; init; }

    /// <summary>When the postmaster started.</summary>
    public required Instant StartedAt { get; init; }

    /// <summary>When this database's cumulative statistics were last reset; null if never.</summary>
    public Instant? StatsResetAt { get; init; }

    /// <summary>When pg_stat_statements was last reset; null without the extension.</summary>
    public Instant? StatementsResetAt { get; init; }
}
