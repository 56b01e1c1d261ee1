using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Flows;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Store;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac change apply ID</c>: one change through guard, act, verify and ledger.</summary>
internal static class ChangeApplyCommand
{
    public static Verb Build(CommandLine line)
    {
        var id = new Argument<string>("ID") { Description = "The change's id: of the ledger, or of what `almanac tune` and `almanac advise` propose now." };
        var createStore = new Option<bool>("--create-store") { Description = "Create the schema almanac (ledger, history) where it is missing." };
        var probe = new Option<bool>("--probe") { Description = "Where there is no traffic, verify by read-only probes with constants from the column statistics." };
        return new Verb(
            "apply",
            "Apply one change, if the guard allows; measure, keep or undo it.",
            new Example("change apply ci-0123456789 --db service=shop", "the one index, and nothing else"))
            .With(id, createStore, probe)
            .Runs(line, async (run, cancellation) =>
            {
                var wanted = run.Value(id)!;
                var parts = new Composition(run);
                var known = await KnownAsync(parts, wanted, cancellation);
                var result = await new TuneFlow(run.Context.Clock).RunAsync(
                    new TuneRequest
                    {
                        Target = parts.Target,
                        Store = parts.Config.Store is null ? null : parts.StoreTarget,
                        CreateStore = run.Value(createStore),
                        Apply = true,
                        At = run.Has(run.Common.At) ? run.At : null,
                        Profile = parts.Profile,
                        Regions = parts.Regions,
                        Guard = parts.Config.Guard,
                        Measure = parts.Config.Change.Measure,
                        LongestAct = parts.Config.Change.LongestAct,
                        Probe = run.Value(probe),
                        Given = known is null ? [] : [known],
                        Only = change => change.Id == wanted,
                    },
                    run.Progress.Flow(),
                    cancellation);
                run.Progress.Close();
                if (result.Changes.Count == 0)
                {
                    throw new AlmanacException(
                        ExitCode.Usage, $"There is no change {wanted}: the ledger does not know it, and it is not proposed now.", "`almanac tune` prints what is proposed, `almanac change list` what the ledger knows.");
                }

                run.Output.Write(TuneViews.Of(result, parts.Profile));
                return result.ExitCode;
            });
    }

    private static async Task<ProposedChange?> KnownAsync(Composition parts, string id, CancellationToken cancellation)
    {
        if (!await AlmanacDatabase.HasSchemaAsync(parts.StoreTarget, cancellation))
        {
            return null;
        }

        await using var database = await parts.OpenStoreAsync(cancellation);
        return ChangeHistory.Fold(await new LedgerStore(database).ReadAsync(new LedgerFilter { ChangeId = id }, cancellation)) is [var state, ..] ? state.Change : null;
    }
}
