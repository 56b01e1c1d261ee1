using Almanac.Calendars;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>Who may make exceptions from the calendar, and how long an exception lasts.</summary>
public sealed record GuardConfig
{
    [ConfigKey("Distinct approvers needed where the calendar asks for approval; the profile's number by default.", Minimum = 1, Maximum = 9)]
    public int? Approvals { get; init; }

    [ConfigKey("Hours after which a request, and the approvals given to it, no longer count.", Minimum = 0.1, Maximum = 720)]
    public double RequestExpiryHours { get; init; } = 24;

    [ConfigKey("Database roles that may break the glass; members of such a role may, too.")]
    public IReadOnlyList<string> BreakGlassRoles { get; init; } = ["almanac_breakglass"];

    [ConfigKey("Minutes for which broken glass opens a closed window, at most.", Minimum = 1, Maximum = 1440)]
    public int BreakGlassMinutes { get; init; } = 60;

    /// <summary>The hours as a duration.</summary>
    public Duration RequestExpiry => Duration.FromHours(RequestExpiryHours);

    /// <summary>The minutes as a duration.</summary>
    public Duration BreakGlassLasts => Duration.FromMinutes(BreakGlassMinutes);

    /// <summary>The profile with the number of approvals that is configured here, where one is.</summary>
    public CalendarProfile ApplyTo(CalendarProfile profile) => Approvals is { } approvals ? profile with { Approvals = approvals } : profile;
}
