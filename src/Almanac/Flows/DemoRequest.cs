using Almanac.Calendars;
using NodaTime;

namespace Almanac.Flows;

/// <summary>How the guided run is to go.</summary>
public sealed record DemoRequest
{
    /// <summary>1 is 50,000 vendors and 2 million guests.</summary>
    public double Scale { get; init; } = 0.2;

    /// <summary>The same seed makes the same data and the same arrivals.</summary>
    public ulong Seed { get; init; } = 20270619;

    /// <summary>Length of each open-loop measurement.</summary>
    public TimeSpan Measure { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Leave a second, neglected copy running.</summary>
    public bool Keep { get; init; }
    public required CalendarProfile Profile { get; init; }

    /// <summary>A Saturday morning in the primary region: the guard must refuse.</summary>
    public Instant Saturday { get; init; } = Instant.FromUtc(2027, 6, 19, 14, 0);

    /// <summary>A Wednesday: the guard must allow. The demo's own cluster may live on a simulated clock.</summary>
    public Instant Wednesday { get; init; } = Instant.FromUtc(2027, 6, 16, 14, 0);
}
