using System.CommandLine;
using Almanac.Advise;
using Almanac.Change;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Flows;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac tune</c>: the whole loop on one database; a plan, unless it is told to act.</summary>
internal static class TuneCommand
{
    public const string Description = "Observe, advise and ask the guard; with --apply also act, verify, and keep or undo.";

    public static Verb Build(CommandLine line)
    {
        var apply = new Option<bool>("--apply") { Description = "Apply what the guard allows; without it nothing is changed." };
        var createStore = new Option<bool>("--create-store") { Description = "Create the schema almanac (ledger, history) where it is missing." };
        var probe = new Option<bool>("--probe") { Description = "Where there is no traffic, verify by read-only probes with constants from the column statistics." };
        var every = new Option<string>("--every") { HelpName = "TIME", Description = "Go on, one round each TIME (15m, 6h), until interrupted: one change at a time on a table, rested, at most 20 a day." };
        return new Verb(
            "tune",
            Description,
            new Example("tune --db postgresql://app@db.example/shop", "the plan; changes nothing"),
            new Example("tune --db service=shop --apply --store service=almanac", "act, with ledger and history in another database"),
            new Example("tune --db service=shop --apply --every 6h", "keep tuning, at a pace that a database can take"),
            new Example("tune --db service=shop --at 2027-06-19T14:00:00Z", "the same plan as the guard would judge it on that Saturday"))
            .With(apply, createStore, probe, every)
            .Runs(line, async (run, cancellation) =>
            {
                if (run.Value(every) is not { } interval)
                {
                    return await RunAsync(run, run.Value(apply), run.Value(createStore), run.Value(probe), null, cancellation);
                }

                var pause = InstantText.Duration("--every", interval).ToTimeSpan();
                while (true)
                {
                    await RunAsync(run, run.Value(apply), run.Value(createStore), run.Value(probe), new PacePolicy(), cancellation);
                    await Task.Delay(pause, run.Context.Clock, cancellation);
                }
            });
    }

    private static async Task<ExitCode> RunAsync(VerbRun run, bool apply, bool createStore, bool probe, PacePolicy? pace, CancellationToken cancellation)
    {
        var parts = new Composition(run);
        var result = await new TuneFlow(run.Context.Clock).RunAsync(
            new TuneRequest
            {
                Target = parts.Target,
                Store = parts.Config.Store is null ? null : parts.StoreTarget,
                CreateStore = createStore,
                Apply = apply,
                At = run.Has(run.Common.At) ? run.At : null,
                Profile = parts.Profile,
                Regions = parts.Regions,
                Limits = new AdviseLimits { StorageBudgetBytes = parts.Config.Advise.BudgetBytes, MinimumSavedShare = parts.Config.Advise.MinimumSavedShare },
                Measure = parts.Config.Change.Measure,
                LongestAct = parts.Config.Change.LongestAct,
                Guard = parts.Config.Guard,
                Probe = probe,
                Pace = pace,
            },
            run.Progress.Flow(),
            cancellation);
        run.Progress.Close();
        run.Output.Write(TuneViews.Of(result, parts.Profile));
        return result.ExitCode;
    }
}
