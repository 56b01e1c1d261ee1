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

/// <summary>An emergency freeze: everything is closed from an instant until one (or until resumed), in one region or everywhere.</summary>
public sealed record GuardPause
{
    /// <summary>Null for the whole fleet.</summary>
    public string? Region { get; init; }
    public required string Reason { get; init; }
    public required string Actor { get; init; }
    public required Instant From { get; init; }

    /// <summary>Null until somebody resumes.</summary>
    public Instant? Until { get; init; }

    /// <summary>True when the freeze holds for an act in these regions.</summary>
    public bool Concerns(IEnumerable<string> regions) => Region is null || regions.Contains(Region);
}
