using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>May this kind of act be done here, from this instant, for this long?</summary>
public sealed record GuardQuestion
{
    public required Instant At { get; init; }
    public required GuardScope Scope { get; init; }

    /// <summary>The regions that the act touches; their windows add up. Empty means the profile's primary region.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>How long the act is expected to take; zero when not said.</summary>
    public Duration Duration { get; init; } = Duration.Zero;

    /// <summary>Emergency freezes in force.</summary>
    public IReadOnlyList<GuardPause> Pauses { get; init; } = [];
}
