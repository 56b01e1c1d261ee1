using System.CommandLine;
using Almanac.Change;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Embedded;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Observe;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac change rollback ID</c>: undoes one applied change.</summary>
internal static class ChangeRollbackCommand
{
    public static Verb Build(CommandLine line)
    {
        var id = new Argument<string>("ID") { Description = "The change's id." };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why; kept in the ledger." };
        return new Verb(
            "rollback",
            "Undo one applied change, if the guard allows; what is undone is proposed again only after a month.",
            new Example("change rollback ci-0123456789 --reason 'the report that needed it is gone'", "drops the index again"))
            .With(id, reason)
            .Runs(line, async (run, cancellation) =>
            {
                if (string.IsNullOrWhiteSpace(run.Value(reason)))
                {
                    throw new AlmanacException(ExitCode.Usage, "Undoing needs a reason.", "Say it with --reason '...'; it is kept in the ledger.");
                }

                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var (state, _) = await ChangeCommand.FindAsync(database, run.Value(id)!, cancellation);
                var ledger = new LedgerStore(database);
                var gate = new GuardGate(parts.Profile, parts.Regions, new GuardStore(ledger, parts.Config.Guard));
                var outcome = await new ChangeRunner(parts.Target, ledger, gate, run.Context.Clock).RollBackAsync(
                    state,
                    run.Value(reason)!.Trim(),
                    new RunOptions { Asked = run.At, SimulatedClockAllowed = run.Has(run.Common.At) && await IsOwnClusterAsync(parts, cancellation), LongestAct = parts.Config.Change.LongestAct },
                    null,
                    cancellation);
                run.Progress.Close();
                List<Block> blocks = [new Line(outcome.Sentence, outcome.Code is ExitCode.Done ? Tone.Good : Tone.Bad)];
                if (outcome.Hint is { } hint)
                {
                    blocks.Add(new Line(hint));
                }

                if (outcome.Sql.Count > 0)
                {
                    blocks.Add(new Code(string.Join(";\n", outcome.Sql) + ";"));
                }

                run.Output.Write(new View(outcome, blocks));
                return outcome.Code;
            });
    }

    // The server itself is asked, not the ledger: a ledger may tell of other servers.
    private static async Task<bool> IsOwnClusterAsync(Composition parts, CancellationToken cancellation)
    {
        await using var collector = new SnapshotCollector(parts.Target);
        var server = (await collector.CollectAsync(cancellation)).Server;
        return new EmbeddedRegistry().Find(server.SystemIdentifier, server.StartedAt) is not null;
    }
}
