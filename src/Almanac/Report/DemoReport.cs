using Almanac.Model;

namespace Almanac.Report;

/// <summary>The page of a guided run: what was slow, what was done, what was measured, what was refused and undone.</summary>
public static class DemoReport
{
    /// <summary>Renders the page from measurements only.</summary>
    public static string Render(DemoResult demo)
    {
        var page = new Html();
        var kept = demo.Tune.Changes.Where(c => c.Status is TuneStatus.Kept).ToList();
        page.Raw("<h1>A neglected marketplace, tuned on a Wednesday</h1>")
            .Paragraph($"WedSync at scale {Html.Number(demo.Scale)} ({Html.Bytes(demo.DatabaseBytes)}) on PostgreSQL {demo.ServerVersion}, {demo.Cores} cores. Everything on this page was measured in this run.", muted: true);
        Cards(page, demo, kept);
        Classes(page, demo);
        Changes(page, demo.Tune);
        Saturday(page, demo);
        Bad(page, demo);
        Ledger(page, demo);
        Steps(page, demo);
        return page.Page("Almanac: a guided run");
    }

    private static void Cards(Html page, DemoResult demo, List<TuneChange> kept)
    {
        page.Raw("<div class=\"cards\">");
        foreach (var item in demo.Classes)
        {
            page.Raw($"<div class=\"card\"><b>{Html.Number(item.CpuGain, 2)}x</b><span>less server CPU for one <em>{Html.Text(item.Name)}</em></span></div>");
        }

        page.Raw($"<div class=\"card\"><b>{kept.Count} kept</b><span>of {demo.Tune.Changes.Count} proposals, each measured before and after</span></div>");
        page.Raw("</div>");
    }

    private static void Classes(Html page, DemoResult demo)
    {
        page.Heading("Four operation classes, before and after");
        page.Raw("<p><span class=\"bad\">&#9632;</span> before &nbsp; <span class=\"good\">&#9632;</span> after &nbsp; <span class=\"mut\">server CPU for one operation, milliseconds, logarithmic</span></p>");
        page.Raw(Charts.BeforeAfter("Server CPU for one operation", "ms", [.. demo.Classes.Select(c => new BeforeAfterBar(c.Name, c.Before.CpuMs, c.After.CpuMs))]));
        page.Table(
            ["Class", "#rate /s", "#p50 ms", "#p95 ms", "#p99 ms", "#CPU ms/op", "#gain in CPU", "Objective p99"],
            demo.Classes.SelectMany(c => new[]
            {
                Row(Html.Text(c.Name), c.Before, "before", string.Empty),
                Row($"<span class=\"mut\">{Html.Text(c.Description)}</span>", c.After, $"{Html.Number(c.CpuGain, 3)}x", Objective(c)),
            }));
        page.Paragraph(
            $"Open-loop Poisson arrivals for {Html.Number(demo.RunSeconds)} s before and after at the same rate; latency counts from the intended start, so a stall is not hidden. "
            + "CPU is the backend's own run time over a closed loop on one session.",
            muted: true);
    }

    private static string[] Row(string name, ClassMeasure m, string gain, string objective) =>
    [
        name, Html.Number(m.AchievedRate), Html.Number(m.P50Ms), Html.Number(m.P95Ms), Html.Number(m.P99Ms), Html.Number(m.CpuMs), gain, objective,
    ];

    private static string Objective(DemoClass item)
        => item.After.P99Ms <= item.TargetMs
            ? $"<span class=\"tag good\">&lt; {Html.Number(item.TargetMs)} ms held</span>"
            : $"<span class=\"tag bad\">&lt; {Html.Number(item.TargetMs)} ms missed</span>";

    private static void Changes(Html page, TuneResult tune)
    {
        page.Heading("What was changed, and what the measurement said");
        foreach (var change in tune.Changes)
        {
            page.Raw($"<p><span class=\"tag {Tone(change.Status)}\">{Word(change.Status)}</span> <b>{Html.Text(change.Title)}</b> <span class=\"mut\">{Html.Text(change.Id)}</span></p>");
            page.Paragraph(change.Reason);
            page.Raw($"<pre>{Html.Text(change.Sql)}</pre>");
            page.Paragraph(change.Outcome, muted: true);
        }

        var effects = tune.Changes
            .Where(c => c.Verification is not null)
            .SelectMany(c => c.Verification!.Statements
                .Where(s => s.CallsAfter > 0 && s.CallsBefore > 0 && s.RatioLow > 0 && double.IsFinite(s.RatioHigh) && (s.RatioHigh < 1 || s.RatioLow > 1))
                .OrderBy(s => s.RatioHigh)
                .Take(2)
                .Select(s => new IntervalBar(c.Id, s.RatioLow, s.MeanMsAfter / Math.Max(s.MeanMsBefore, 1e-9), s.RatioHigh)))
            .ToList();
        if (effects.Count > 0)
        {
            page.Paragraph("Mean time of the statements that moved, after / before, with 95 % intervals; left of the line is faster.", muted: true);
            page.Raw(Charts.Intervals("Measured effects", effects));
        }
    }

    private static void Saturday(Html page, DemoResult demo)
    {
        page.Heading("The same plan on a Saturday");
        page.Paragraph(demo.Saturday.Summary);
        foreach (var reason in demo.Saturday.Changes.SelectMany(c => c.Verdict.Reasons).DistinctBy(r => r.Text))
        {
            page.Raw($"<p><span class=\"tag bad\">{Html.Text(reason.State.ToString().ToLowerInvariant())}</span> {Html.Text(reason.Text)} <span class=\"mut\">{Html.Text(reason.Rule)}, {Html.Text(reason.Region)}</span></p>");
        }
    }

    private static void Bad(Html page, DemoResult demo)
    {
        page.Heading("A bad proposal, undone by measurement");
        foreach (var change in demo.Bad.Changes)
        {
            page.Raw($"<p><span class=\"tag {Tone(change.Status)}\">{Word(change.Status)}</span> <b>{Html.Text(change.Title)}</b></p>");
            page.Paragraph(change.Reason).Paragraph(change.Outcome);
            var harmed = change.Verification?.Statements.Where(s => s.Regressed).OrderByDescending(s => s.MeanMsAfter / Math.Max(s.MeanMsBefore, 1e-9)).Take(5).ToList() ?? [];
            page.Table(
                ["Statement", "#before ms", "#after ms", "#after / before", "#p"],
                harmed.Select(s => new[]
                {
                    $"<code>{Html.Text(Shorten(s.Text))}</code>", Html.Number(s.MeanMsBefore), Html.Number(s.MeanMsAfter),
                    $"{Html.Number(s.RatioLow)} - {Html.Number(s.RatioHigh)}", s.PValue < 0.0001 ? "&lt; 0.0001" : Html.Number(s.PValue, 2),
                }));
        }
    }

    private static void Ledger(Html page, DemoResult demo)
    {
        page.Heading("The ledger");
        page.Raw($"<p>{demo.Ledger.Count} entries, hash-chained. Head: <code>{Html.Text(demo.LedgerHead)}</code></p>");
        page.Table(
            ["#Seq", "At", "What", "Change", "Hash"],
            demo.Ledger.Select(e => new[]
            {
                $"{e.Sequence}", Html.Text(e.At.ToString("uuuu-MM-dd HH:mm:ss", null)), Html.Text(e.Kind.ToString()), Html.Text(e.ChangeId), $"<code>{Html.Text(e.Hash[..12])}</code>",
            }));
    }

    private static void Steps(Html page, DemoResult demo)
    {
        page.Heading("The run, step by step");
        page.Table(["Step", "What", "#seconds"], demo.Steps.Select(s => new[] { Html.Text(s.Title), Html.Text(s.Text), Html.Number(s.Seconds) }));
        page.Heading("What to try next");
        foreach (var next in demo.Next)
        {
            page.Raw($"<pre>{Html.Text(next)}</pre>");
        }
    }

    private static string Tone(TuneStatus status) => status switch
    {
        TuneStatus.Kept => "good",
        TuneStatus.RolledBack or TuneStatus.RollbackFailed or TuneStatus.Refused or TuneStatus.Failed => "bad",
        _ => "warn",
    };

    private static string Word(TuneStatus status) => status switch
    {
        TuneStatus.RolledBack => "rolled back",
        TuneStatus.RollbackFailed => "rollback failed",
        TuneStatus.AwaitingApproval => "awaiting approval",
        _ => status.ToString().ToLowerInvariant(),
    };

    private static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 160 ? line : line[..157] + "...";
    }
}
