using Almanac.Model;

namespace Almanac.Change;

/// <summary>How a statement relates to the change under test.</summary>
[Flags]
public enum StatementRoles
{
    None = 0,

    /// <summary>The proposal promised that it gets faster.</summary>
    Gains = 1,

    /// <summary>It names the changed table, or a view or partition of it.</summary>
    Touches = 2,

    /// <summary>It changes rows.</summary>
    Writes = 4,
}

/// <summary>One statement in both windows.</summary>
public sealed record ObservedStatement
{
    public required long QueryId { get; init; }

    /// <summary>Redacted.</summary>
    public required string Text { get; init; }
    public required StatementRoles Roles { get; init; }
    public MeasurementSource Source { get; init; } = MeasurementSource.Traffic;
    public required StatementSample Before { get; init; }
    public required StatementSample After { get; init; }

    /// <summary>Calls a second before the change: the weight of a millisecond.</summary>
    public required double CallsPerSecond { get; init; }

    /// <summary>Probes know which pairs of measurements belong together; traffic does not.</summary>
    public IReadOnlyList<(double BeforeMs, double AfterMs)>? Pairs { get; init; }

    public bool Gains => Roles.HasFlag(StatementRoles.Gains);

    public bool Touches => Roles.HasFlag(StatementRoles.Touches);

    public bool Writes => Roles.HasFlag(StatementRoles.Writes);

    public double BlocksRatio => Before.BlocksPerCall > 0 ? After.BlocksPerCall / Before.BlocksPerCall : After.BlocksPerCall > 0 ? double.PositiveInfinity : 1;
}

/// <summary>A call that was still running when the window ended, far longer than its statement ever took.</summary>
public sealed record StalledCall(long QueryId, string Text, double RunningMs, double MeanMsBefore);

/// <summary>Everything the decision rests on.</summary>
public sealed record VerificationQuestion
{
    public required OperationSpec Operation { get; init; }
    public required IReadOnlyList<ObservedStatement> Statements { get; init; }
    public IReadOnlyList<StalledCall> Stalled { get; init; } = [];

    /// <summary>Growth of the changed table between the windows, 1 or more: its scans may cost that much more.</summary>
    public double SubjectGrowth { get; init; } = 1;

    /// <summary>True when no more will be measured: the answer must have an outcome.</summary>
    public required bool Final { get; init; }

    /// <summary>True once the shortest window after the change is over: before that only plain harm is decided.</summary>
    public bool WindowComplete { get; init; } = true;

    /// <summary>A setting concerns every statement; an index only those that touch its table.</summary>
    public bool ConcernsEverything => Operation is AlterSettingSpec;

    /// <summary>A drop promises to do no harm; the other kinds promise a gain if statements were named.</summary>
    public bool PromisesGain => Operation is not DropIndexSpec && Statements.Any(s => s.Gains);
}

/// <summary>The decision so far; without an outcome more has to be measured.</summary>
public sealed record VerificationAnswer
{
    public VerificationOutcome? Outcome { get; init; }
    public required string Reason { get; init; }
    public required IReadOnlyList<StatementEffect> Statements { get; init; }

    /// <summary>Execution time saved, in milliseconds for each second of the workload as it ran before: over those that should gain and those that pay for it, or over all concerned where no gain was promised.</summary>
    public double? SavedMsPerSecond { get; init; }
}
