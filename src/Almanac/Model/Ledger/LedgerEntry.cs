using NodaTime;

namespace Almanac.Model;

/// <summary>What kind of fact an entry records.</summary>
public enum LedgerKind
{
    Proposed,
    Judged,
    Refused,
    Requested,
    Approved,
    Denied,
    Overridden,
    Paused,
    Resumed,

    /// <summary>About to act: written before the first statement reaches the target.</summary>
    Applying,
    Applied,
    ApplyFailed,
    Verified,
    RollingBack,
    RolledBack,
    RollbackFailed,

    /// <summary>A leftover of a crash was found and settled.</summary>
    Settled,
}

/// <summary>One link of the chain. <see cref="Payload"/> is kept as the exact text that was hashed.</summary>
public sealed record LedgerEntry
{
    public required long Sequence { get; init; }
    public required Instant At { get; init; }
    public required LedgerKind Kind { get; init; }

    /// <summary>The database the entry is about, as <c>system-identifier/database</c>; null for fleet-wide entries.</summary>
    public string? Target { get; init; }
    public string? ChangeId { get; init; }

    /// <summary>The authenticated database role (or API key) that caused it.</summary>
    public required string Actor { get; init; }

    /// <summary>The fact itself, as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>Hash of the previous entry, 64 hex digits; zeros for the first.</summary>
    public required string PreviousHash { get; init; }

    /// <summary>SHA-256 over all of the above.</summary>
    public required string Hash { get; init; }
}
