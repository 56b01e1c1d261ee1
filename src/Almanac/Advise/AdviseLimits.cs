namespace Almanac.Advise;

/// <summary>When an index is worth proposing, and how much may be asked to find out.</summary>
public sealed record AdviseLimits
{
    /// <summary>Statements are considered, the heaviest first, until they cover this share of the measured time; default 0.99.</summary>
    public double TimeCoverage { get; init; } = 0.99;

    /// <summary>... but at most this many; default 200.</summary>
    public int MaximumStatements { get; init; } = 200;

    /// <summary>EXPLAIN calls a statement; default 40 (three times as many gain less than 0.1 %).</summary>
    public int ExplainsPerStatement { get; init; } = 40;

    /// <summary>Smaller tables are read faster as a whole; default 16 pages.</summary>
    public int MinimumPages { get; init; } = 16;

    /// <summary>What an index must save, writes deducted, of the time that would remain without it; default 0.01.</summary>
    public double MinimumSavedShare { get; init; } = 0.01;

    /// <summary>At least one statement's planner cost must fall by this share; default 0.3.</summary>
    public double MinimumCostCut { get; init; } = 0.3;

    /// <summary>... and by this many planner units; default 20, about 0.1 to 0.2 ms of work: below that, costs are noise.</summary>
    public double MinimumCostSaved { get; init; } = 20;

    /// <summary>... and its mean time must be expected to fall by this many milliseconds a call; default 0.1.</summary>
    public double MinimumMsPerCall { get; init; } = 0.1;

    /// <summary>No statement is expected to get faster than this, in milliseconds: an index probe is not free either; default 0.03.</summary>
    public double FastestMs { get; init; } = 0.03;

    /// <summary>A key may be this wide on average, in bytes (a b-tree entry must stay under a third of a page at its widest); default 256.</summary>
    public int MaximumKeyWidth { get; init; } = 256;

    /// <summary>Keys of an index for conditions; default 3.</summary>
    public int MaximumKeys { get; init; } = 3;

    /// <summary>Keys of an index that yields the first rows of an order; default 5.</summary>
    public int MaximumSortKeys { get; init; } = 5;

    /// <summary>Indexes a table may have afterwards, existing ones included; default 16 (each costs writes, and planning takes a lock on each).</summary>
    public int MaximumIndexesPerTable { get; init; } = 16;

    /// <summary>Bytes that all proposed indexes may take together; null for no limit.</summary>
    public long? StorageBudgetBytes { get; init; }

    /// <summary>Rejected candidates to report, the best first; default 10.</summary>
    public int MaximumRejected { get; init; } = 10;
}
