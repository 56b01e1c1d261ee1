namespace Almanac.Model;

/// <summary>How far one change got.</summary>
public enum ChangeStage
{
    Judging,
    Validating,
    MeasuringBefore,
    Applying,
    MeasuringAfter,
    RollingBack,
    Done,
}

/// <summary>One line of progress; <see cref="Share"/> runs from 0 to 1 where the end is known.</summary>
public sealed record ChangeProgress(string ChangeId, ChangeStage Stage, string Text, double? Share = null);

/// <summary>What became of one proposed change.</summary>
public sealed record ChangeOutcome
{
    public required string ChangeId { get; init; }
    public required ChangeStatus Status { get; init; }

    /// <summary>The exit code this outcome stands for.</summary>
    public required ExitCode Code { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Sentence { get; init; }
    public string? Hint { get; init; }

    /// <summary>The guard's answer to the asked instant; null when it was not asked.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The statements that a dry run would show and that ran or would have run.</summary>
    public IReadOnlyList<string> Sql { get; init; } = [];
    public Receipt? Receipt { get; init; }
    public Verification? Verification { get; init; }
}
