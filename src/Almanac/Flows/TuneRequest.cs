using Almanac.Advise;
using Almanac.Calendars;
using Almanac.Change;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Model;
using NodaTime;

namespace Almanac.Flows;

/// <summary>What one tuning run is to do, and how far it may go.</summary>
public sealed record TuneRequest
{
    /// <summary>The database to tune.</summary>
    public required ConnectionTarget Target { get; init; }

    /// <summary>Where the schema almanac lives; null for the target itself, if it is there.</summary>
    public ConnectionTarget? Store { get; init; }

    /// <summary>The consent to create the schema almanac where it is missing.</summary>
    public bool CreateStore { get; init; }

    /// <summary>Act. Without it the run is a plan and writes nothing to the target.</summary>
    public bool Apply { get; init; }

    /// <summary>The instant asked about; null for now.</summary>
    public Instant? At { get; init; }
    public required CalendarProfile Profile { get; init; }
    public required IReadOnlyList<string> Regions { get; init; }
    public GuardConfig Guard { get; init; } = new();
    public AdviseLimits Limits { get; init; } = new();
    public MeasureOptions Measure { get; init; } = new();

    /// <summary>How fast an engine that runs by itself may go; null for a run that a person started.</summary>
    public PacePolicy? Pace { get; init; }

    /// <summary>The longest one act may take where no window's edge is nearer.</summary>
    public Duration LongestAct { get; init; } = Duration.FromHours(6);

    /// <summary>Send read-only probes where the traffic is too thin to verify.</summary>
    public bool Probe { get; init; }

    /// <summary>Proposals to take through the loop in place of advice.</summary>
    public IReadOnlyList<ProposedChange> Given { get; init; } = [];

    /// <summary>Of the advice, only what this accepts.</summary>
    public Func<ProposedChange, bool> Only { get; init; } = _ => true;
}
