using Almanac.Model;

namespace Almanac.Calendars;

/// <summary>Which calendar profile and region hold where nothing else is said.</summary>
public sealed record CalendarConfig
{
    [ConfigKey("The calendar profile: a name shipped with Almanac, or the path of a profile folder.")]
    public string Profile { get; init; } = "wedding";

    [ConfigKey("The region of targets that name none; the profile's primary region by default.")]
    public string? Region { get; init; }
}
