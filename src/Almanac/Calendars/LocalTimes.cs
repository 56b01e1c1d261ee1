using System.Globalization;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace Almanac.Calendars;

/// <summary>Local times as instants and as text.</summary>
public static class LocalTimes
{
    private static readonly ZoneLocalMappingResolver First
        = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    private static readonly ZoneLocalMappingResolver Last
        = Resolvers.CreateMappingResolver(Resolvers.ReturnLater, Resolvers.ReturnStartOfIntervalAfter);

    private static readonly ZonedDateTimePattern Iso
        = ZonedDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm;FFFo<m>", DateTimeZoneProviders.Tzdb);

    private static readonly ZonedDateTimePattern WeekdayAndTime
        = ZonedDateTimePattern.CreateWithInvariantCulture("ddd HH':'mm", DateTimeZoneProviders.Tzdb);

    /// <summary>The instant at which something that starts at this local time starts.</summary>
    public static Instant StartAt(DateTimeZone zone, LocalDateTime local) => zone.ResolveLocal(local, First).ToInstant();

    /// <summary>The instant at which something that ends at this local time ends.</summary>
    public static Instant EndAt(DateTimeZone zone, LocalDateTime local)
        => local.TimeOfDay == LocalTime.Midnight ? zone.AtStartOfDay(local.Date).ToInstant() : zone.ResolveLocal(local, Last).ToInstant();

    /// <summary>For example <c>2027-06-19T00:00+02:00</c>.</summary>
    public static string Text(Instant instant, DateTimeZone zone) => Iso.Format(instant.InZone(zone));

    /// <summary>For example <c>Fri 23:30</c>.</summary>
    public static string ShortText(Instant instant, DateTimeZone zone) => WeekdayAndTime.Format(instant.InZone(zone));

    /// <summary>A length of time for people: <c>40 min</c>, <c>1 h 30 min</c>, <c>2 d 4 h</c>, <c>15 s</c>.</summary>
    public static string Text(Duration duration)
    {
        if (duration < Duration.FromMinutes(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.#} s");
        }

        var rounded = Duration.FromMinutes(Math.Ceiling(duration.TotalMinutes));
        string[] parts =
        [
            rounded.Days > 0 ? $"{rounded.Days} d" : string.Empty,
            rounded.Hours > 0 ? $"{rounded.Hours} h" : string.Empty,
            rounded.Minutes > 0 ? $"{rounded.Minutes} min" : string.Empty,
        ];
        return string.Join(' ', parts.Where(p => p.Length > 0));
    }
}
