using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>An emergency freeze: closed from an instant until one (or until resumed), for some regions and scopes or for all.</summary>
public sealed record GuardPause
{
    /// <summary>Empty for the whole fleet.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Empty for every scope.</summary>
    public IReadOnlyList<GuardScope> Scopes { get; init; } = [];
    public required string Reason { get; init; }
    public required string Actor { get; init; }
    public required Instant From { get; init; }

    /// <summary>Null until somebody resumes.</summary>
    public Instant? Until { get; init; }

    /// <summary>True when the freeze holds for an act of this scope that touches these regions.</summary>
    public bool Concerns(GuardScope scope, IEnumerable<string> regions)
        => (Scopes.Count == 0 || Scopes.Contains(scope)) && (Regions.Count == 0 || regions.Any(Regions.Contains));

    /// <summary>True when a resume of these regions and scopes (empty: all) ends the freeze as a whole.</summary>
    public bool EndsWith(IReadOnlyList<string> regions, IReadOnlyList<GuardScope> scopes)
        => (regions.Count == 0 || (Regions.Count > 0 && Regions.All(regions.Contains)))
            && (scopes.Count == 0 || (Scopes.Count > 0 && Scopes.All(scopes.Contains)));
}

/// <summary>Broken glass: closed windows do not hold for one change, or for some scopes and regions, until an instant.</summary>
public sealed record GuardOverride
{
    /// <summary>The one change it is meant for; null when scopes and regions say.</summary>
    public string? ChangeId { get; init; }

    /// <summary>Empty for every scope.</summary>
    public IReadOnlyList<GuardScope> Scopes { get; init; } = [];

    /// <summary>Empty for every region.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];
    public required string Reason { get; init; }
    public required string Actor { get; init; }
    public required Instant From { get; init; }
    public required Instant Until { get; init; }

    /// <summary>True when it opens the way for this act at this instant, in every region that the act touches.</summary>
    public bool Covers(string? changeId, GuardScope scope, IEnumerable<string> regions, Instant at)
        => at >= From && at < Until
            && (ChangeId is null || ChangeId == changeId)
            && (Scopes.Count == 0 || Scopes.Contains(scope))
            && (Regions.Count == 0 || regions.All(Regions.Contains));
}
