using Almanac.Model;

namespace Almanac.Calendars;

/// <summary>What an industry's year looks like: its regions and what each protects, and how many must agree to an exception.</summary>
public sealed record CalendarProfile
{
    /// <summary>For example <c>wedding</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The region that is meant when none is named.</summary>
    public required string PrimaryRegion { get; init; }

    /// <summary>All regions; <see cref="PrimaryRegion"/> is one of them.</summary>
    public required IReadOnlyList<RegionCalendar> Regions { get; init; }

    /// <summary>Distinct approvers that a window of level approval asks for; 1 to 9.</summary>
    public int Approvals { get; init; } = 1;

    /// <summary>The region of that name.</summary>
    /// <exception cref="AlmanacException">Usage, naming the known regions.</exception>
    public RegionCalendar Region(string id)
        => Regions.FirstOrDefault(r => r.Id == id)
            ?? throw new AlmanacException(
                ExitCode.Usage,
                $"The profile {Name} has no region '{id}'.",
                $"Its regions are {string.Join(", ", Regions.Select(r => r.Id))}.");
}
