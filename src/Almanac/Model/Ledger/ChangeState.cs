using NodaTime;

namespace Almanac.Model;

/// <summary>Where a change stands, read off its last entries in the ledger.</summary>
public enum ChangeStatus
{
    Proposed,

    /// <summary>The guard (or an approver) said no; nothing was done.</summary>
    Refused,
    AwaitingApproval,

    /// <summary>Under way, or interrupted: without a later entry a recovery has to look.</summary>
    Applying,

    /// <summary>Done, not yet measured.</summary>
    Applied,
    Kept,
    Unproven,

    /// <summary>Being undone, or interrupted while it was.</summary>
    RollingBack,
    RolledBack,

    /// <summary>Could not be undone: a human is needed.</summary>
    RollbackFailed,

    /// <summary>Could not be made; what it left was cleaned up.</summary>
    Failed,

    /// <summary>Was interrupted by a crash; its leftover was found and settled.</summary>
    Settled,
}

/// <summary>One change as the ledger tells it.</summary>
public sealed record ChangeState
{
    public required string ChangeId { get; init; }

    /// <summary>The database, as <c>system-identifier/database</c>.</summary>
    public string? Target { get; init; }

    /// <summary>As last proposed or applied; null when only guard entries exist (a deployment's request).</summary>
    public ProposedChange? Change { get; init; }
    public required ChangeStatus Status { get; init; }
    public Instant? ProposedAt { get; init; }
    public Instant? ApplyingAt { get; init; }
    public Instant? AppliedAt { get; init; }
    public Instant? VerifiedAt { get; init; }
    public Instant? RolledBackAt { get; init; }

    /// <summary>When the last entry was written, by whom, and its place in the chain.</summary>
    public required Instant LastAt { get; init; }
    public required string LastActor { get; init; }
    public required long LastSequence { get; init; }

    /// <summary>The guard's last answer.</summary>
    public JudgedPayload? Judgement { get; init; }

    /// <summary>What the current or last attempt was about to do.</summary>
    public ApplyingPayload? Applying { get; init; }

    /// <summary>What the last attempt did.</summary>
    public Receipt? Receipt { get; init; }

    /// <summary>What the last attempt's measurement said.</summary>
    public Verification? Verification { get; init; }

    /// <summary>What undoing it did.</summary>
    public Receipt? RollbackReceipt { get; init; }

    /// <summary>Why it failed, was rolled back, refused or settled, in one sentence.</summary>
    public string? Explanation { get; init; }

    /// <summary>How often it was undone so far: an advisor should not propose it forever.</summary>
    public int TimesRolledBack { get; init; }
}
