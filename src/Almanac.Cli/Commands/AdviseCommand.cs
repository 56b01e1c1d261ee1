using System.CommandLine;
using Almanac.Advise;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Flows;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac advise</c>: what would help, by subject; changes nothing.</summary>
internal static class AdviseCommand
{
    public const string Description = "Propose indexes and settings from what was observed; changes nothing.";

    public static Verb Build(CommandLine line) => new Verb("advise", Description).With(
        Subject(line, "indexes", "Indexes to create and to drop.", change => change.Operation is CreateIndexSpec or DropIndexSpec),
        Subject(line, "settings", "Server settings.", change => change.Operation is AlterSettingSpec),
        Subject(line, "all", "Everything that is worth proposing.", _ => true));

    private static Verb Subject(CommandLine line, string name, string description, Func<ProposedChange, bool> only)
    {
        var check = new Option<bool>("--check") { Description = "End with code 22 when something is proposed." };
        return new Verb(name, description, new Example($"advise {name} --db service=shop", "each proposal has an id for `almanac change apply`"))
            .With(check)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                var result = await new TuneFlow(run.Context.Clock).RunAsync(
                    new TuneRequest
                    {
                        Target = parts.Target,
                        Store = parts.Config.Store is null ? null : parts.StoreTarget,
                        At = run.Has(run.Common.At) ? run.At : null,
                        Profile = parts.Profile,
                        Regions = parts.Regions,
                        Guard = parts.Config.Guard,
                        Limits = new AdviseLimits { StorageBudgetBytes = parts.Config.Advise.BudgetBytes, MinimumSavedShare = parts.Config.Advise.MinimumSavedShare },
                        Only = only,
                    },
                    run.Progress.Flow(),
                    cancellation);
                run.Progress.Close();
                run.Output.Write(TuneViews.Of(result, parts.Profile));
                return run.Value(check) && result.Changes.Count > 0 ? ExitCode.CheckFound : result.ExitCode;
            });
    }
}
