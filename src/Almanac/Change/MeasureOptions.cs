using NodaTime;

namespace Almanac.Change;

/// <summary>How long to measure before and after a change.</summary>
public sealed record MeasureOptions
{
    /// <summary>The shortest window before; default 10 s.</summary>
    public Duration BaselineMinimum { get; init; } = Duration.FromSeconds(10);

    /// <summary>The longest, for statements that run rarely; default 30 s.</summary>
    public Duration BaselineMaximum { get; init; } = Duration.FromSeconds(30);

    /// <summary>The shortest window after, unless harm is plain earlier; default 10 s.</summary>
    public Duration AfterMinimum { get; init; } = Duration.FromSeconds(10);

    /// <summary>The longest; default 2 min.</summary>
    public Duration AfterMaximum { get; init; } = Duration.FromMinutes(2);

    /// <summary>Distance between two readings; default 1 s.</summary>
    public Duration Tick { get; init; } = Duration.FromSeconds(1);

    /// <summary>Skipped after the change, while plans and caches adapt; default 1 s.</summary>
    public Duration Settle { get; init; } = Duration.FromSeconds(1);

    /// <summary>Constants drawn for each probed statement; default 12.</summary>
    public int ProbeDraws { get; init; } = 12;

    /// <summary>Executions of each draw at most; default 3.</summary>
    public int ProbeRounds { get; init; } = 3;

    /// <summary>Deadline of one probe; default 10 s.</summary>
    public Duration ProbeTimeout { get; init; } = Duration.FromSeconds(10);

    /// <summary>Time for all rounds of one statement after the first; default 20 s.</summary>
    public Duration ProbeBudget { get; init; } = Duration.FromSeconds(20);
}
