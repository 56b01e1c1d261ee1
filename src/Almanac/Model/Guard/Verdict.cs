using NodaTime;

namespace Almanac.Model;

/// <summary>What kind of act a window is asked about.</summary>
public enum GuardScope
{
    Deploy,
    Ddl,
    Setting,
    Restart,
    Switchover,
    Failback,
    ScaleIn,
    Maintenance,
    Load,
}

/// <summary>The guard's answer, from most to least permissive; of several rules the strictest counts.</summary>
public enum GuardState
{
    Open,
    Approval,
    Closed,
}

/// <summary>One rule that contributed to a verdict.</summary>
public sealed record GuardReason(string Rule, string Region, GuardState State, string Text);

/// <summary>May this be done, at this instant, for this long? With reasons, and when the answer changes.</summary>
public sealed record Verdict
{
    public required GuardState State { get; init; }

    /// <summary>The instant asked about.</summary>
    public required Instant At { get; init; }
    public required GuardScope Scope { get; init; }
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>How long the act is expected to take; zero when not said.</summary>
    public Duration Duration { get; init; }
    public required IReadOnlyList<GuardReason> Reasons { get; init; }

    /// <summary>When the state at this instant (duration aside) next changes; null beyond a year.</summary>
    public Instant? NextTransition { get; init; }

    /// <summary>The next instant from which the act fits into an open window; null beyond a year, or when already open.</summary>
    public Instant? NextOpening { get; init; }

    /// <summary>How many distinct approvers are needed in state Approval.</summary>
    public int RequiredApprovals { get; init; }
}
