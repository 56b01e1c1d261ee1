using Almanac.Calendars;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>A stretch of time with what closes it, or asks for approval in it, and why.</summary>
internal sealed record GuardWindow(Instant Start, Instant End, GuardState Level, string Rule, RegionCalendar? Region, string? Detail);

/// <summary>The guard's state as a step function of time, from one instant to a horizon: at each instant the strictest window counts.</summary>
internal sealed class GuardTimeline
{
    private readonly List<(Instant Start, GuardState State)> steps = [];

    public GuardTimeline(IEnumerable<GuardWindow> windows, Instant from, Instant to)
    {
        Windows = [.. windows.Where(w => w.End > from && w.Start < to).OrderBy(w => w.Start).ThenByDescending(w => w.Level)];
        From = from;
        To = to;
        var edges = Windows.SelectMany(w => new[] { (At: Instant.Max(w.Start, from), w.Level, Step: 1), (At: w.End, w.Level, Step: -1) })
            .Where(e => e.At < to)
            .OrderBy(e => e.At)
            .ToList();
        var covering = new int[3];
        steps.Add((from, GuardState.Open));
        for (var i = 0; i < edges.Count; i++)
        {
            covering[(int)edges[i].Level] += edges[i].Step;
            if (i + 1 < edges.Count && edges[i + 1].At == edges[i].At)
            {
                continue;
            }

            Step(edges[i].At, covering[(int)GuardState.Closed] > 0 ? GuardState.Closed : covering[(int)GuardState.Approval] > 0 ? GuardState.Approval : GuardState.Open);
        }
    }

    public Instant From { get; }

    public Instant To { get; }

    /// <summary>What overlaps the line, by start; of windows that start together the strictest first.</summary>
    public IReadOnlyList<GuardWindow> Windows { get; }

    /// <summary>The state at the first instant.</summary>
    public GuardState Initial => steps[0].State;

    /// <summary>The strictest state of a stretch that begins at the first instant; of no length: the state at that instant.</summary>
    public GuardState Strictest(Duration length)
        => steps.Where((s, i) => i == 0 || s.Start < From + length).Max(s => s.State);

    /// <summary>The first change of state, or null up to the horizon.</summary>
    public Instant? NextTransition() => steps.Count > 1 ? steps[1].Start : null;

    /// <summary>The first instant at which the state is stricter than allowed, or null up to the horizon.</summary>
    public Instant? FirstStricterThan(GuardState allowed)
    {
        var index = steps.FindIndex(s => s.State > allowed);
        return index < 0 ? null : steps[index].Start;
    }

    /// <summary>The first instant, up to <paramref name="latest"/>, from which the whole length is open.</summary>
    public Instant? FirstOpening(Duration length, Instant latest)
    {
        for (var i = 0; i < steps.Count && steps[i].Start <= latest; i++)
        {
            var end = i + 1 < steps.Count ? steps[i + 1].Start : To;
            if (steps[i].State == GuardState.Open && steps[i].Start + length <= end)
            {
                return steps[i].Start;
            }
        }

        return null;
    }

    private void Step(Instant at, GuardState state)
    {
        if (at == steps[^1].Start)
        {
            steps[^1] = (at, state);
        }
        else if (steps[^1].State != state)
        {
            steps.Add((at, state));
        }
    }
}
