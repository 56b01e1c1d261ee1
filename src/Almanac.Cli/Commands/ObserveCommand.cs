using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Model;
using Almanac.Observe;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac observe</c>: what the database does.</summary>
internal static class ObserveCommand
{
    public const string Description = "Read what a database does: a snapshot, its statements, its sessions. Literals are never shown or stored.";

    private static readonly Duration LongestWindow = Duration.FromHours(1);

    public static Verb Build(CommandLine line) => new Verb("observe", Description).With(Snapshot(line), Queries(line), Sessions(line));

    private static Verb Snapshot(CommandLine line)
    {
        var save = new Option<bool>("--save") { Description = "Also keep it in the store (schema almanac, which must exist)." };
        return new Verb(
            "snapshot",
            "Everything one tick reads: statements, tables, indexes, settings, sessions, replication, write-ahead log, locks.",
            new Example("observe snapshot --db service=shop --save", "from cron, every few minutes, until `almanac serve` does it"),
            new Example("observe snapshot --db service=shop -o json", "all counters, as a document"))
            .With(save)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await parts.SettleAsync(cancellation);
                await using var collector = new SnapshotCollector(parts.Target);
                var snapshot = await collector.CollectAsync(cancellation);
                if (run.Value(save))
                {
                    await using var database = await parts.OpenStoreAsync(cancellation);
                    await new SnapshotStore(database).SaveAsync(snapshot, collector.Known, cancellation);
                    run.Progress.Note("Saved.");
                }

                run.Output.Write(ObserveViews.Of(snapshot, parts.HomeRegion));
                return ExitCode.Done;
            });
    }

    private static Verb Queries(CommandLine line)
    {
        var top = new Option<int?>("--top") { HelpName = "N", Description = "So many statements (default: 20)." };
        var by = new Option<string>("--by") { HelpName = Words.All<StatementOrder>(), Description = "What to order by (default: time)." };
        var window = new Option<string>("--window") { HelpName = "TIME", Description = "Watch for this long, for example 30s (default: since the counters were reset)." };
        return new Verb(
            "queries",
            "The statements that take the most.",
            new Example("observe queries --db service=shop --window 30s", "what is it doing right now?"),
            new Example("observe queries --db service=shop --by mean --top 5", "which are slow?"))
            .With(top, by, window)
            .Runs(line, async (run, cancellation) =>
            {
                var order = run.Value(by) is { } word ? Words.Parse<StatementOrder>("--by", word) : StatementOrder.Time;
                var length = run.Value(window) is { } text ? InstantText.Duration("--window", text) : (Duration?)null;
                if (length > LongestWindow)
                {
                    throw new AlmanacException(ExitCode.Usage, "--window is at most 1h.", "For longer windows keep snapshots: `almanac observe snapshot --save`.");
                }

                var parts = new Composition(run);
                await parts.SettleAsync(cancellation);
                await using var collector = new SnapshotCollector(parts.Target);
                var workload = await WorkloadAsync(run, collector, length, cancellation);
                var shown = ObserveViews.Ordered(workload, order).Take(run.Value(top) is { } n and > 0 ? n : 20).ToList();
                run.Output.Write(ObserveViews.Of(workload, shown, parts.HomeRegion));
                return ExitCode.Done;
            });
    }

    private static Verb Sessions(CommandLine line) => new Verb(
        "sessions",
        "Who is connected, doing what, for how long, blocked by whom.",
        new Example("observe sessions --db service=shop", "who blocks whom?"))
        .Runs(line, async (run, cancellation) =>
        {
            var parts = new Composition(run);
            await parts.SettleAsync(cancellation);
            await using var reader = await PostgresReader.OpenAsync(parts.Target, "observe", cancellation);
            var sessions = await SessionsReader.ReadAsync(reader, cancellation);
            run.Output.Write(new View(new { Sessions = sessions }, [ObserveViews.Grid(sessions)]));
            return ExitCode.Done;
        });

    private static async Task<Workload> WorkloadAsync(VerbRun run, SnapshotCollector collector, Duration? window, CancellationToken cancellation)
    {
        var first = await collector.CollectAsync(cancellation);
        if (first.Statements is null)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing, "pg_stat_statements is missing in this database, so there is no workload to show.", "`almanac doctor` says how to add it.");
        }

        if (window is not { } length)
        {
            return SnapshotDifference.Between(null, first, await ObserveTexts.OfAsync(collector, first, cancellation));
        }

        run.Progress.Step($"Watching for {Moments.Text(length)}");
        await Task.Delay(length.ToTimeSpan(), run.Context.Clock, cancellation);
        run.Progress.Close();
        var second = await collector.CollectAsync(cancellation);
        return SnapshotDifference.Between(first, second, await ObserveTexts.OfAsync(collector, second, cancellation));
    }
}
