using NodaTime;

namespace Almanac.Model;

/// <summary>What kind of work a statement does, read off its first keyword (or the one after WITH).</summary>
public enum StatementKind
{
    Select,
    Insert,
    Update,
    Delete,
    Merge,

    /// <summary>DDL, SET, COPY and so on: only the command tag is kept, since the text may hold a password.</summary>
    Utility,
}

/// <summary>One statement's share of a workload over a window.</summary>
public sealed record WorkloadStatement
{
    public required long QueryId { get; init; }

    /// <summary>Normalised and redacted text: constants are <c>$n</c>; for a utility statement the command tag.</summary>
    public required string Text { get; init; }
    public required StatementKind Kind { get; init; }
    public required long Calls { get; init; }

    /// <summary>Execution time over the window, in milliseconds.</summary>
    public required double TotalMs { get; init; }

    /// <summary>Sum of squared execution times over the window, in ms².</summary>
    public required double SumOfSquaresMs2 { get; init; }
    public required long Rows { get; init; }
    public required long SharedHit { get; init; }
    public required long SharedRead { get; init; }
    public required long TempWritten { get; init; }
    public required long WalBytes { get; init; }

    /// <summary>Mean execution time, in milliseconds.</summary>
    public double MeanMs => Calls == 0 ? 0 : TotalMs / Calls;
}

/// <summary>What a database did between two snapshots (or since its counters were reset), statement by statement.</summary>
public sealed record Workload
{
    public required ServerIdentity Server { get; init; }

    /// <summary>Start of the window; null when it reaches back to the last reset of the counters.</summary>
    public Instant? From { get; init; }
    public required Instant To { get; init; }
    public required IReadOnlyList<WorkloadStatement> Statements { get; init; }

    /// <summary>Stretches within the window that were not measured, and why.</summary>
    public IReadOnlyList<ObservationGap> Gaps { get; init; } = [];

    /// <summary>
    /// What a saving must be to be noticed, in milliseconds: half a per cent of one core over the window. Without it a share of ever less
    /// would be worth ever more changes. Zero where the window reaches back to the counters' reset: who knows when the load ran.
    /// </summary>
    public double NoticeableMs => From is { } from ? 5 * (To - from).TotalSeconds : 0;

    /// <summary>Execution time of all statements, in milliseconds.</summary>
    public double TotalMs => Statements.Sum(s => s.TotalMs);
}

/// <summary>Why a stretch of time or a statement has no delta.</summary>
public enum GapCause
{
    CountersReset,
    ServerRestarted,
    StatementEvicted,
    ServerChanged,
    CollectorAbsent,
}

/// <summary>A stretch that was not (fully) measured; a gap is never filled with a negative or invented number.</summary>
public sealed record ObservationGap(GapCause Cause, Instant From, Instant To, long? QueryId = null);
