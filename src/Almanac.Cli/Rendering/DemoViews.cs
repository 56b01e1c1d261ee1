using Almanac.Cli.Grammar;
using Almanac.Model;
using Almanac.Report;

namespace Almanac.Cli.Rendering;

/// <summary>Shows the guided run.</summary>
internal static class DemoViews
{
    public static View Of(DemoResult demo)
    {
        var blocks = new List<Block>
        {
            new Facts(
                ("marketplace", $"WedSync at scale {Html.Number(demo.Scale)}, {Html.Bytes(demo.DatabaseBytes)}, PostgreSQL {demo.ServerVersion}, {demo.Cores} cores"),
                ("took", $"{Html.Number(demo.TotalSeconds)} s")),
            new Grid(
                ["class", "state", "rate /s", "p50 ms", "p95 ms", "p99 ms", "CPU ms/op", "gain in CPU", "objective"],
                [.. demo.Classes.SelectMany(c => new[] { Row(c, c.Before, "before"), Row(c, c.After, "after") })])
            {
                Title = $"Four operation classes, {Html.Number(demo.RunSeconds)} s open loop, latency from the intended start",
            },
            new Grid(
                ["id", "change", "status", "measured"],
                [.. demo.Tune.Changes.Concat(demo.Bad.Changes).Select(c => (IReadOnlyList<Cell>)[c.Id, c.Title, new Cell(Words.Of(c.Status), TuneViews.ToneOf(c.Status)), c.Outcome])])
            {
                Title = "Changes",
            },
            new Line($"Saturday: {demo.Saturday.Summary}", Tone.Caution),
        };
        blocks.AddRange(demo.Saturday.Changes.Take(1).SelectMany(c => c.Verdict.Reasons).Select(r => new Line("  " + r.Text, Tone.Faint)));
        blocks.Add(new Line($"Ledger: {demo.Ledger.Count} entries, chain intact, head {demo.LedgerHead}"));
        if (demo.ReportPath is not null)
        {
            blocks.Add(new Line($"Report: {demo.ReportPath}", Tone.Good));
        }

        if (demo.KeptUri is not null)
        {
            blocks.Add(new Line($"A neglected copy runs at {demo.KeptUri}", Tone.Caution));
        }

        blocks.Add(new Line("Next:"));
        blocks.AddRange(demo.Next.Select(n => new Code(n)));
        return new View(demo, blocks);
    }

    /// <summary>The planned refusal and rollback are the demo's job; anything else that went wrong is not.</summary>
    public static ExitCode CodeOf(DemoResult demo)
    {
        var expected = demo.Saturday.ExitCode is ExitCode.Refused && demo.Bad.Changes.All(c => c.Status is TuneStatus.RolledBack);
        return expected ? ExitCodes.Worst(demo.Tune.Changes.Where(c => c.Status is TuneStatus.RollbackFailed).Select(_ => ExitCode.RollbackFailed)) : ExitCode.BelowThreshold;
    }

    private static IReadOnlyList<Cell> Row(DemoClass item, ClassMeasure m, string state) =>
    [
        state == "before" ? item.Name : string.Empty,
        state,
        Html.Number(m.AchievedRate),
        Html.Number(m.P50Ms),
        Html.Number(m.P95Ms),
        Html.Number(m.P99Ms),
        Html.Number(m.CpuMs),
        state == "before" ? string.Empty : new Cell($"{Html.Number(item.CpuGain)}x", Tone.Good),
        state == "before" ? string.Empty : new Cell($"p99 < {Html.Number(item.TargetMs)} ms {(m.P99Ms <= item.TargetMs ? "held" : "missed")}", m.P99Ms <= item.TargetMs ? Tone.Good : Tone.Bad),
    ];
}
