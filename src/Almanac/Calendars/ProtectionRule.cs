using Almanac.Model;
using NodaTime;

namespace Almanac.Calendars;

/// <summary>One rule of a region: on these local days, between these local times, these scopes are closed or need approval.</summary>
public sealed record ProtectionRule
{
    public required string Name { get; init; }

    /// <summary>What the rule asks for: <see cref="GuardState.Approval"/> or <see cref="GuardState.Closed"/>.</summary>
    public required GuardState Level { get; init; }
    public required RuleDays Days { get; init; }

    /// <summary>The scopes it applies to; empty means every scope.</summary>
    public IReadOnlyList<GuardScope> Scopes { get; init; } = [];

    /// <summary>Local time at which it begins on each of its days; midnight by default.</summary>
    public LocalTime From { get; init; } = LocalTime.Midnight;

    /// <summary>Local time at which it ends; on the next day when it is not after <see cref="From"/>, so midnight means the whole day.</summary>
    public LocalTime To { get; init; } = LocalTime.Midnight;

    /// <summary>How much earlier it begins, in elapsed time; 0 to 7 days.</summary>
    public Duration Lead { get; init; } = Duration.Zero;

    /// <summary>How much longer it lasts, in elapsed time; 0 to 7 days.</summary>
    public Duration Tail { get; init; } = Duration.Zero;

    /// <summary>Where the rule or its dates come from.</summary>
    public string? Source { get; init; }

    /// <summary>True when the rule has a say about this scope.</summary>
    public bool Covers(GuardScope scope) => Scopes.Count == 0 || Scopes.Contains(scope);

    /// <summary>
    /// The window that the rule opens on one local date. A local time skipped by daylight saving resolves to the next valid
    /// instant; of a doubled one the first counts as start and the second as end, so a day on which clocks change has 23 or 25 hours.
    /// </summary>
    public ProtectionWindow WindowOn(LocalDate date, RegionCalendar region)
    {
        var lastDay = To > From ? date : date.PlusDays(1);
        var start = LocalTimes.StartAt(region.Zone, date.At(From)) - Lead;
        var end = LocalTimes.EndAt(region.Zone, lastDay.At(To)) + Tail;
        return new ProtectionWindow(this, region, start, end);
    }
}

/// <summary>One stretch of time in which a rule of a region holds: from <see cref="Start"/> up to, not including, <see cref="End"/>.</summary>
public sealed record ProtectionWindow(ProtectionRule Rule, RegionCalendar Region, Instant Start, Instant End);
