using NodaTime;

namespace Almanac.Calendars;

/// <summary>One region: its time zone and the rules that protect its days.</summary>
public sealed record RegionCalendar
{
    // A window reaches at most lead or tail (7 days) plus the day after beyond its date.
    private const int ReachDays = 9;

    /// <summary>For example <c>eu-central-1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>For people, for example <c>Frankfurt</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The IANA zone in which every window of the region is meant.</summary>
    public required DateTimeZone Zone { get; init; }
    public required IReadOnlyList<ProtectionRule> Protections { get; init; }

    /// <summary>The windows of the chosen rules that overlap the range, in no particular order.</summary>
    public IEnumerable<ProtectionWindow> Windows(Instant from, Instant to, Func<ProtectionRule, bool> chosen)
    {
        var rules = Protections.Where(chosen).ToList();
        if (rules.Count == 0)
        {
            yield break;
        }

        var last = to.InZone(Zone).Date.PlusDays(ReachDays);
        for (var date = from.InZone(Zone).Date.PlusDays(-ReachDays); date <= last; date = date.PlusDays(1))
        {
            foreach (var rule in rules)
            {
                if (!rule.Days.Includes(date))
                {
                    continue;
                }

                var window = rule.WindowOn(date, this);
                if (window.End > from && window.Start < to && window.End > window.Start)
                {
                    yield return window;
                }
            }
        }
    }

    /// <summary>The id: a record's default text would list every rule.</summary>
    public override string ToString() => Id;
}
