using Almanac.Calendars;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>Decides, from the calendar alone, whether an act is open, needs approval or is closed, and until when. Of several rules the strictest counts.</summary>
public static class GuardRules
{
    /// <summary>How far ahead transitions and openings are looked for.</summary>
    public static readonly Duration Horizon = Duration.FromDays(400);

    /// <summary>The longest act the guard can be asked about.</summary>
    public static readonly Duration LongestAct = Duration.FromDays(60);

    private static readonly Instant Earliest = Instant.FromUtc(1970, 1, 1, 0, 0);
    private static readonly Instant Latest = Instant.FromUtc(2999, 12, 31, 0, 0);

    /// <summary>The answer for the whole stretch from the asked instant on, as long as the act is expected to take.</summary>
    /// <exception cref="AlmanacException">Usage: a region that the profile does not have, a negative or absurd duration.</exception>
    public static Verdict Check(CalendarProfile profile, GuardQuestion question)
    {
        var regions = RegionsOf(profile, question);
        var line = Timeline(regions, question);
        var state = line.Strictest(question.Duration);
        return new Verdict
        {
            State = state,
            At = question.At,
            Scope = question.Scope,
            Regions = [.. regions.Select(r => r.Id)],
            Duration = question.Duration,
            Reasons = GuardReasons.For(line, question, regions),
            NextTransition = line.NextTransition(),
            NextOpening = state == GuardState.Open ? null : line.FirstOpening(question.Duration, question.At + Horizon),
            RequiredApprovals = state == GuardState.Approval ? profile.Approvals : 0,
        };
    }

    /// <summary>
    /// The edge at which an act begun at the asked instant must be over: the first instant with a state stricter than allowed (the asked
    /// one itself when it already is). Null when there is none within 400 days.
    /// </summary>
    public static Instant? ClosesAt(CalendarProfile profile, GuardQuestion question, GuardState allowed = GuardState.Open)
        => Timeline(RegionsOf(profile, question), question).FirstStricterThan(allowed);

    private static List<RegionCalendar> RegionsOf(CalendarProfile profile, GuardQuestion question)
        => question.Regions.Count == 0
            ? [profile.Region(profile.PrimaryRegion)]
            : [.. question.Regions.Distinct().Select(profile.Region)];

    private static GuardTimeline Timeline(List<RegionCalendar> regions, GuardQuestion question)
    {
        if (question.Duration < Duration.Zero || question.Duration > LongestAct)
        {
            throw new AlmanacException(ExitCode.Usage, $"A duration must lie between 0 and {LocalTimes.Text(LongestAct)}.");
        }

        if (question.At < Earliest || question.At > Latest)
        {
            throw new AlmanacException(ExitCode.Usage, "An instant must lie between the years 1970 and 2999.");
        }

        // The line reaches beyond the last opening by the longest act, so that an act from there on is judged as a whole.
        var to = question.At + Horizon + LongestAct;
        var ids = regions.Select(r => r.Id).ToList();
        var pauses = question.Pauses.Where(p => p.Concerns(question.Scope, ids)).Select(p => new GuardWindow(
            p.From,
            p.Until ?? Instant.MaxValue,
            GuardState.Closed,
            "pause",
            p.Regions.Count == 0 ? null : regions.First(r => p.Regions.Contains(r.Id)),
            $"paused by {p.Actor}: {p.Reason}"));
        var protections = regions.SelectMany(region => region.Windows(question.At, to, rule => rule.Covers(question.Scope)))
            .Select(w => new GuardWindow(w.Start, w.End, w.Rule.Level, w.Rule.Name, w.Region, null));
        return new GuardTimeline(protections.Concat(pauses), question.At, to);
    }
}
