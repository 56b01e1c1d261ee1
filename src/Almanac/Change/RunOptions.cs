using Almanac.Model;
using NodaTime;

namespace Almanac.Change;

/// <summary>How one change is to be run.</summary>
public sealed record RunOptions
{
    /// <summary>The instant the user asks about; the guard wants it and the real one open.</summary>
    public required Instant Asked { get; init; }

    /// <summary>True for the demo's own cluster only: there the asked instant alone counts.</summary>
    public bool SimulatedClockAllowed { get; init; }

    /// <summary>What can be tried out where there is too little traffic.</summary>
    public IReadOnlyList<ProbePlan> Probes { get; init; } = [];
    public MeasureOptions Measure { get; init; } = new();

    /// <summary>The longest an act may take where no window's edge is nearer; default 6 h.</summary>
    public Duration LongestAct { get; init; } = Duration.FromHours(6);

    /// <summary>How long cleaning up after a broken-off act may take; default 2 min. It may lie behind the window's edge: a half-built index is worse.</summary>
    public Duration CleanUpTime { get; init; } = Duration.FromMinutes(2);

    /// <summary>How long undoing may take; default 6 h, since a dropped index is built again. Undoing harm needs no open window.</summary>
    public Duration RollBackTime { get; init; } = Duration.FromHours(6);
}
