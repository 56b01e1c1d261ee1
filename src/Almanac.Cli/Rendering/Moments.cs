using System.Globalization;
using Almanac.Calendars;
using NodaTime;
using NodaTime.Text;

namespace Almanac.Cli.Rendering;

/// <summary>Writes instants and durations for people: ISO-8601, with the region's local time beside it.</summary>
internal static class Moments
{
    private static readonly InstantPattern Seconds = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'Z'");
    private static readonly LocalDateTimePattern Local = LocalDateTimePattern.CreateWithInvariantCulture("ddd d MMM HH':'mm");

    public static string Iso(Instant at) => Seconds.Format(at);

    /// <summary>For example <c>2027-06-19T14:00:00Z (Sat 19 Jun 10:00 America/New_York)</c>.</summary>
    public static string Text(Instant at, RegionCalendar region) => $"{Iso(at)} ({Local.Format(at.InZone(region.Zone).LocalDateTime)} {region.Zone.Id})";

    /// <summary>The two largest units, for example <c>2 d 4 h</c>.</summary>
    public static string Text(Duration duration)
    {
        (string Unit, long Count)[] parts = [("d", duration.Days), ("h", duration.Hours), ("min", duration.Minutes), ("s", duration.Seconds)];
        var shown = parts.SkipWhile(p => p.Count == 0).Take(2).Where(p => p.Count > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Count} {p.Unit}"));
        return string.Join(' ', shown) is { Length: > 0 } text ? text : "0 s";
    }
}
