using NodaTime;

namespace Almanac.Model;

/// <summary>One proposal: what to do, why, what it is expected to bring and to cost. Estimates stay estimates.</summary>
public sealed record ProposedChange
{
    /// <summary>Stable for the same operation on the same database: <see cref="ChangeIds"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The database, as <c>system-identifier/database</c>.</summary>
    public required string Target { get; init; }
    public required OperationSpec Operation { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }
    public required ChangeEstimate Estimate { get; init; }

    /// <summary>The measured facts the reason rests on.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>The statements that should gain (query ids): the verification watches them.</summary>
    public IReadOnlyList<long> Gains { get; init; } = [];
}

/// <summary>What a change is expected to do, before anything was measured.</summary>
public sealed record ChangeEstimate
{
    /// <summary>Share of the window's measured execution time that the planner expects to be saved, 0 to 1.</summary>
    public required double SavedShare { get; init; }

    /// <summary>The same in milliseconds of execution time over the observed window.</summary>
    public required double SavedMs { get; init; }

    /// <summary>Bytes on disk: positive for an index built, negative for one dropped.</summary>
    public required long Bytes { get; init; }

    /// <summary>Extra time on the window's writes, in milliseconds (negative for a drop).</summary>
    public required double WriteOverheadMs { get; init; }

    /// <summary>Predicted duration, with its safety margin: what the guard fits into a window.</summary>
    public required Duration Duration { get; init; }
}
