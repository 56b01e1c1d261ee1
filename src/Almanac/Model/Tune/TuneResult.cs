using NodaTime;

namespace Almanac.Model;

/// <summary>Where one proposal got to in a tuning run.</summary>
public enum TuneStatus
{
    /// <summary>Proposed; nothing was done.</summary>
    Proposed,

    /// <summary>The guard refused it.</summary>
    Refused,

    /// <summary>The guard wants an approval first.</summary>
    AwaitingApproval,

    /// <summary>Applied, measured, kept.</summary>
    Kept,

    /// <summary>Applied; not enough traffic to measure a gain, so none is claimed.</summary>
    Unproven,

    /// <summary>Applied, measured, undone.</summary>
    RolledBack,

    /// <summary>Could not be undone: a human is needed.</summary>
    RollbackFailed,

    /// <summary>Was there already; nothing was done.</summary>
    AlreadyDone,

    /// <summary>Could not be applied; nothing was left behind.</summary>
    Failed,
}

/// <summary>One proposal with its verdict and, when it was applied, its measured outcome.</summary>
public sealed record TuneChange
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public required OperationSpec Operation { get; init; }

    /// <summary>Exactly what would be (or was) sent, separated by semicolons.</summary>
    public required string Sql { get; init; }
    public required string Reason { get; init; }
    public IReadOnlyList<string> Evidence { get; init; } = [];
    public required ChangeEstimate Estimate { get; init; }
    public required Verdict Verdict { get; init; }
    public required TuneStatus Status { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Outcome { get; init; }

    /// <summary>What to do about it, where somebody has to do something.</summary>
    public string? Hint { get; init; }

    /// <summary>The exit code that the outcome stands for; done while it is only proposed.</summary>
    public ExitCode Code { get; init; }
    public Receipt? Receipt { get; init; }
    public Verification? Verification { get; init; }
}

/// <summary>One statement of the observed workload, for the summary.</summary>
public sealed record TopStatement(long QueryId, string Text, long Calls, double MeanMs, double Share);

/// <summary>What a tuning run saw, proposed, did and measured.</summary>
public sealed record TuneResult
{
    public string ApiVersion { get; init; } = "almanac/v1";
    public string Kind { get; init; } = "tune";

    /// <summary>The instant asked about: the clock, or <c>--at</c>.</summary>
    public required Instant At { get; init; }

    /// <summary>The database as the ledger names it: <c>system-identifier/database</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The database, without its password.</summary>
    public required string Database { get; init; }
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>True when changes were to be applied.</summary>
    public required bool Apply { get; init; }

    /// <summary>Start of the observed window; null for since the counters were reset.</summary>
    public Instant? WorkloadFrom { get; init; }
    public required int StatementCount { get; init; }
    public required long Calls { get; init; }

    /// <summary>Execution time in the window, in milliseconds.</summary>
    public required double TotalMs { get; init; }
    public IReadOnlyList<TopStatement> Top { get; init; } = [];
    public required IReadOnlyList<TuneChange> Changes { get; init; }

    /// <summary>What was considered and left, and what could not be judged.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Leftovers of an earlier crash that were settled first.</summary>
    public IReadOnlyList<string> Settled { get; init; } = [];

    /// <summary>Planner questions asked.</summary>
    public required int ExplainCalls { get; init; }
    public required ExitCode ExitCode { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Summary { get; init; }
}
