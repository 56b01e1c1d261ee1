using NodaTime;

namespace Almanac.Model;

/// <summary>What the measurement after a change decided.</summary>
public enum VerificationOutcome
{
    /// <summary>It helped (or did no harm where no gain was promised): it stays.</summary>
    Kept,

    /// <summary>It harmed, or did not help enough to pay for itself: it was undone.</summary>
    RolledBack,

    /// <summary>Not enough traffic to say: it stays, and nothing is claimed.</summary>
    Unproven,

    /// <summary>It harmed and could not be undone: a human is needed.</summary>
    RollbackFailed,
}

/// <summary>How a statement's numbers were obtained.</summary>
public enum MeasurementSource
{
    /// <summary>The workload's own calls, from pg_stat_statements.</summary>
    Traffic,

    /// <summary>Read-only probes sent by Almanac with constants drawn from the column statistics.</summary>
    Probe,
}

/// <summary>One statement before and after; times in milliseconds a call.</summary>
public sealed record StatementEffect
{
    public required long QueryId { get; init; }
    public required string Text { get; init; }
    public required MeasurementSource Source { get; init; }
    public required long CallsBefore { get; init; }
    public required long CallsAfter { get; init; }
    public required double MeanMsBefore { get; init; }
    public required double MeanMsAfter { get; init; }

    /// <summary>Shared blocks touched a call.</summary>
    public required double BlocksBefore { get; init; }
    public required double BlocksAfter { get; init; }

    /// <summary>95 % interval of after / before mean time; 1 is no change.</summary>
    public required double RatioLow { get; init; }
    public required double RatioHigh { get; init; }

    /// <summary>Two-sided p-value of "no change".</summary>
    public required double PValue { get; init; }

    /// <summary>Significantly slower, beyond the tolerated share.</summary>
    public required bool Regressed { get; init; }
}

/// <summary>The measured verdict on one applied change.</summary>
public sealed record Verification
{
    public required string ChangeId { get; init; }
    public required VerificationOutcome Outcome { get; init; }

    /// <summary>Why, in one sentence with numbers.</summary>
    public required string Reason { get; init; }
    public required Duration BaselineWindow { get; init; }
    public required Duration AfterWindow { get; init; }
    public IReadOnlyList<StatementEffect> Statements { get; init; } = [];

    /// <summary>Execution time saved, in milliseconds for each second of the workload as it ran before; null when unproven.</summary>
    public double? SavedMsPerSecond { get; init; }
}

/// <summary>What was done to the target for one change.</summary>
public sealed record Receipt
{
    public required string ChangeId { get; init; }
    public required Instant StartedAt { get; init; }
    public required Instant EndedAt { get; init; }

    /// <summary>The statements that ran, in order.</summary>
    public required IReadOnlyList<string> Sql { get; init; }

    /// <summary>Bytes added (or freed, negative), measured.</summary>
    public long Bytes { get; init; }

    /// <summary>What is needed to undo it, for example the previous value of a setting; null when the operation itself says.</summary>
    public string? Undo { get; init; }
}
