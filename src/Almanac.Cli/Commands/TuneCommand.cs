using System.CommandLine;
using Almanac.Advise;
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
        return new Verb(
            "tune",
            Description,
            new Example("tune --db postgresql://app@db.example/shop", "the plan; changes nothing"),
            new Example("tune --db service=shop --apply --store service=almanac", "act, with ledger and history in another database"),
            new Example("tune --db service=shop --at 2027-06-19T14:00:00Z", "the same plan as the guard would judge it on that Saturday"))
            .With(apply, createStore, probe)
            .Runs(line, (run, cancellation) => RunAsync(run, run.Value(apply), run.Value(createStore), run.Value(probe), cancellation));
    }

    private static async Task<ExitCode> RunAsync(VerbRun run, bool apply, bool createStore, bool probe, CancellationToken cancellation)
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
                Guard = parts.Config.Guard,
                Probe = probe,
            },
            run.Progress.Flow(),
            cancellation);
        run.Progress.Close();
        run.Output.Write(TuneViews.Of(result, parts.Profile));
        return result.ExitCode;
    }
}
