using Almanac.Calendars;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>Says why a verdict is what it is, with local times.</summary>
internal static class GuardReasons
{
    /// <summary>
    /// The windows that hold at the asked instant, strictest first; then those into which the act would run. Where nothing holds, one
    /// reason of state Open says so.
    /// </summary>
    public static IReadOnlyList<GuardReason> For(GuardTimeline line, GuardQuestion question, IReadOnlyList<RegionCalendar> regions)
    {
        var holding = line.Windows.Where(w => w.Start <= question.At).OrderByDescending(w => w.Level)
            .Select(w => Reason(w, Holding(w, regions)));
        var end = question.At + question.Duration;
        var reached = line.Windows.Where(w => w.Start > question.At && w.Start < end && w.Level > line.Initial)
            .DistinctBy(w => (w.Rule, w.Region?.Id))
            .Select(w => Reason(w, Reached(w, question, regions)));
        List<GuardReason> reasons = [.. holding, .. reached];
        return reasons.Count > 0 ? reasons : [Free(line, question, regions)];
    }

    private static GuardReason Reason(GuardWindow window, string text)
        => new(window.Rule, window.Region?.Id ?? "all regions", window.Level, text);

    private static string Holding(GuardWindow window, IReadOnlyList<RegionCalendar> regions)
    {
        var until = window.End == Instant.MaxValue ? "until resumed" : $"until {LocalTimes.Text(window.End, Zone(window, regions))}";
        return window.Detail is { } detail
            ? $"{detail}; closed {until}"
            : $"{Name(window)} {(window.Level == GuardState.Closed ? "is closed" : "asks for approval")} {until}";
    }

    private static string Reached(GuardWindow window, GuardQuestion question, IReadOnlyList<RegionCalendar> regions)
    {
        var zone = Zone(window, regions);
        var edge = LocalTimes.Text(window.Start, zone);
        return $"{LocalTimes.Text(question.Duration)} from {LocalTimes.ShortText(question.At, zone)} do not fit before {Name(window)} "
            + (window.Level == GuardState.Closed ? $"closes at {edge}" : $"asks for approval from {edge}");
    }

    private static GuardReason Free(GuardTimeline line, GuardQuestion question, IReadOnlyList<RegionCalendar> regions)
    {
        var next = line.Windows.Count == 0 ? null : line.Windows[0];
        var local = string.Join(", ", regions.Select(r => $"{LocalTimes.ShortText(question.At, r.Zone)} {r.Zone.Id}"));
        var following = next is null ? string.Empty : $"; next is {Name(next)} from {LocalTimes.Text(next.Start, Zone(next, regions))}";
        return new GuardReason("no window", string.Join(',', regions.Select(r => r.Id)), GuardState.Open, $"no window covers {local}{following}");
    }

    private static string Name(GuardWindow window) => window.Region is { } region ? $"{window.Rule} ({region.Zone.Id})" : window.Rule;

    private static DateTimeZone Zone(GuardWindow window, IReadOnlyList<RegionCalendar> regions) => (window.Region ?? regions[0]).Zone;
}
