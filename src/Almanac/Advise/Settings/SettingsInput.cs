using Almanac.Model;

namespace Almanac.Advise.Settings;

/// <summary>What advice on settings rests on.</summary>
public sealed record SettingsInput
{
    /// <summary>The database, as <c>system-identifier/database</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The state now: settings, tables, counters.</summary>
    public required ServerSnapshot Snapshot { get; init; }

    /// <summary>The start of the window; null when the counters since their reset are all there is.</summary>
    public ServerSnapshot? Earlier { get; init; }

    /// <summary>What the database did in the window.</summary>
    public required Workload Workload { get; init; }

    /// <summary>The server's memory, in bytes; null to go by effective_cache_size and shared_buffers, which is what the server itself was told.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Ids of changes that were rejected or rolled back recently: not proposed again.</summary>
    public IReadOnlySet<string> RecentlyRejected { get; init; } = new HashSet<string>();
}
