using System.CommandLine;
using System.Globalization;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Embedded;
using Almanac.Flows;
using Almanac.Model;
using Almanac.Report;
using Almanac.Tools.Process;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac demo</c>: the guided run on a private PostgreSQL.</summary>
internal static class DemoCommand
{
    public const string Description = "The guided run: a neglected marketplace on a private PostgreSQL, taken through the whole loop.";

    public static Verb Build(CommandLine line)
    {
        var keep = new Option<bool>("--keep") { Description = "Also leave a second, neglected copy running under a trickle of traffic, and print its URI." };
        var stop = new Option<bool>("--stop") { Description = "Stop and remove the copies that --keep left." };
        var only = new Option<bool>("--only-keep") { Description = "With --keep: start the copy without the guided run." };
        var scale = new Option<double>("--scale") { HelpName = "FACTOR", Description = "Size of the marketplace; 1 is 50,000 vendors and 2 million guests (default: 0.2).", DefaultValueFactory = _ => 0.2 };
        var seed = new Option<ulong>("--seed") { HelpName = "NUMBER", Description = "The same seed makes the same data and arrivals.", DefaultValueFactory = _ => 20270619UL };
        var report = new Option<string>("--report") { HelpName = "FILE", Description = "Where the HTML report goes.", DefaultValueFactory = _ => "almanac-demo.html" };
        var trickle = new Option<string>("--trickle") { Hidden = true, Description = "Send the trickle to a kept copy (started by --keep)." };
        return new Verb(
            "demo",
            Description,
            new Example("demo", "the guided run; a few minutes on two cores, nothing is left running"),
            new Example("demo --keep", "and a neglected copy to try things on"),
            new Example("demo --stop", "end that copy"))
            .With(keep, stop, only, scale, seed, report, trickle)
            .Runs(line, async (run, cancellation) =>
            {
                if (run.Value(trickle) is { } id)
                {
                    return await TrickleAsync(id, run.Value(scale), run.Value(seed), cancellation);
                }

                if (run.Value(stop))
                {
                    return await StopAsync(run, cancellation);
                }

                var factor = run.Value(scale);
                if (factor is < 0.01 or > 5)
                {
                    throw new AlmanacException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"--scale {factor} is not between 0.01 and 5."), "0.2 is the demo's default; 1 takes about five times as long.");
                }

                return await RunAsync(run, factor, run.Value(seed), run.Value(keep), run.Value(only), run.Value(report)!, cancellation);
            });
    }

    private static async Task<ExitCode> RunAsync(VerbRun run, double scale, ulong seed, bool keep, bool only, string report, CancellationToken cancellation)
    {
        var request = new DemoRequest { Scale = scale, Seed = seed, Profile = new Composition(run).Profile };
        var flow = new DemoFlow(run.Context.Clock);
        if (only)
        {
            run.Output.Write(Kept(await KeepAsync(flow, run, request, cancellation)));
            return ExitCode.Done;
        }

        var result = await flow.RunAsync(request, run.Progress.Flow(), cancellation);
        var kept = keep ? await KeepAsync(flow, run, request, cancellation) : null;
        var path = run.PathOf(report);
        result = result with { Next = Next(kept), KeptUri = kept is null ? null : EmbeddedCluster.UriOf(kept), ReportPath = path };
        await File.WriteAllTextAsync(path, DemoReport.Render(result), cancellation);
        run.Progress.Close();
        run.Output.Write(DemoViews.Of(result));
        return DemoViews.CodeOf(result);
    }

    private static async Task<EmbeddedRecord> KeepAsync(DemoFlow flow, VerbRun run, DemoRequest request, CancellationToken cancellation)
    {
        var record = await flow.KeepAsync(request, run.Progress.Flow(), cancellation);
        var companion = ToolClient.StartDetached(
            Environment.ProcessPath!,
            ["demo", "--trickle", record.Id, "--scale", request.Scale.ToString(CultureInfo.InvariantCulture), "--seed", request.Seed.ToString(CultureInfo.InvariantCulture), "--quiet"]);
        return new EmbeddedRegistry().Accompany(record, ProcessIdentity.Of(companion));
    }

    private static async Task<ExitCode> TrickleAsync(string id, double scale, ulong seed, CancellationToken cancellation)
    {
        var record = new EmbeddedRegistry().List().FirstOrDefault(r => r.Id == id)
            ?? throw new AlmanacException(ExitCode.Usage, $"There is no embedded cluster '{id}'.");
        await DemoFlow.TrickleAsync(record, scale, seed, cancellation);
        return ExitCode.Done;
    }

    private static async Task<ExitCode> StopAsync(VerbRun run, CancellationToken cancellation)
    {
        var registry = new EmbeddedRegistry();
        var stale = await registry.RemoveStaleAsync(cancellation);
        var kept = registry.List().Where(r => r.Keep).ToList();
        foreach (var record in kept)
        {
            run.Progress.Step($"Stopping {record.Id}");
            await registry.RemoveAsync(record, cancellation);
        }

        run.Progress.Close();
        var stopped = stale.Concat(kept).Select(r => r.Id).ToList();
        run.Output.Write(new View(new { Kind = "demo-stop", Stopped = stopped }, new Line(stopped.Count == 0 ? "Nothing was running." : $"Stopped and removed: {string.Join(", ", stopped)}.")));
        return ExitCode.Done;
    }

    private static View Kept(EmbeddedRecord record)
    {
        var uri = EmbeddedCluster.UriOf(record);
        return new View(new { Kind = "demo-keep", Uri = uri, record.Id }, [new Facts(("uri", uri)), .. Next(record).Select(n => new Code(n))]);
    }

    private static IReadOnlyList<string> Next(EmbeddedRecord? kept) => kept is null
        ?
        [
            "./almanac demo --keep                     # a neglected copy that stays, to try the steps yourself",
            "./almanac tune --db postgresql://...      # the same on your own database: a plan, nothing is changed",
        ]
        :
        [
            $"./almanac tune --db '{EmbeddedCluster.UriOf(kept)}'            # the plan",
            $"./almanac tune --db '{EmbeddedCluster.UriOf(kept)}' --apply --at 2027-06-16T14:00:00Z   # act, on a simulated Wednesday",
            "./almanac demo --stop                     # end it",
        ];
}
