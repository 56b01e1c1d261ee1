using Almanac.Calendars;
using Almanac.Cli.Grammar;
using Almanac.Model;
using Almanac.Report;

namespace Almanac.Cli.Rendering;

/// <summary>Shows tuning runs: the plan, and what became of it.</summary>
internal static class TuneViews
{
    public static View Of(TuneResult result, CalendarProfile profile)
    {
        var region = profile.Region(result.Regions[0]);
        var blocks = new List<Block>
        {
            new Facts(
                ("database", result.Database),
                ("workload", $"{result.StatementCount:#,0} statements, {result.Calls:#,0} calls, {Html.Number(result.TotalMs / 1000)} s of execution {(result.WorkloadFrom is { } from ? "since " + Moments.Text(from, region) : "since the counters were reset")}"),
                ("asked about", Moments.Text(result.At, region)),
                ("planner questions", $"{result.ExplainCalls}")),
        };
        blocks.AddRange(result.Settled.Select(s => new Line("settled: " + s, Tone.Caution)));
        blocks.Add(new Grid(
            ["id", "change", "estimate", "size", "guard", "status"],
            [.. result.Changes.Select(c => (IReadOnlyList<Cell>)[c.Id, c.Title, Saved(c), Size(c.Estimate.Bytes), new Cell(Words.Of(c.Verdict.State), GuardViews.ToneOf(c.Verdict.State)), new Cell(Words.Of(c.Status), ToneOf(c.Status))])])
        {
            Empty = "Nothing worth doing was found.",
        });
        foreach (var change in result.Changes)
        {
            blocks.Add(new Line($"{change.Id}: {change.Reason}"));
            blocks.Add(new Code(change.Sql + ";"));
            if (change.Status is not TuneStatus.Proposed)
            {
                blocks.Add(new Line("  " + change.Outcome, ToneOf(change.Status)));
                if (change.Hint is { } hint)
                {
                    blocks.Add(new Line("  " + hint));
                }
            }
        }

        if (result.Changes.Count > 0 && result.Changes.All(c => c.Status is TuneStatus.Refused))
        {
            var refused = result.Changes[0].Verdict;
            blocks.AddRange(refused.Reasons.Select(r => new Line(r.Text, Tone.Bad)));
            if (refused.NextOpening is { } opening)
            {
                blocks.Add(new Line("next opening: " + Moments.Text(opening, region), Tone.Caution));
            }
        }

        blocks.AddRange(result.Notes.Select(n => new Line("note: " + n, Tone.Faint)));
        blocks.Add(new Line(result.Summary, result.ExitCode is ExitCode.Done ? Tone.Good : Tone.Caution));
        return new View(result, blocks);
    }

    public static Tone ToneOf(TuneStatus status) => status switch
    {
        TuneStatus.Kept => Tone.Good,
        TuneStatus.Proposed => Tone.Plain,
        TuneStatus.RolledBack or TuneStatus.RollbackFailed or TuneStatus.Refused or TuneStatus.Failed => Tone.Bad,
        _ => Tone.Caution,
    };

    private static string Saved(TuneChange change) => change.Estimate.SavedShare > 0
        ? $"saves {Html.Number(change.Estimate.SavedShare * 100, 2)} %"
        : "-";

    private static string Size(long bytes) => bytes == 0 ? "-" : (bytes > 0 ? "+" : string.Empty) + Html.Bytes(bytes);
}
