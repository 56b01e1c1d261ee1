using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Ledger;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac change</c>: what was proposed, allowed, done and measured.</summary>
internal static class ChangeCommand
{
    public const string Description = "List, show and explain changes; apply or undo one.";

    public static Verb Build(CommandLine line) => new Verb("change", Description).With(List(line), Show(line), Explain(line), ChangeApplyCommand.Build(line), ChangeRollbackCommand.Build(line));

    private static Verb List(CommandLine line)
    {
        var status = new Option<string>("--status") { HelpName = Words.All<ChangeStatus>(), Description = "Only changes in this state." };
        return new Verb("list", "Every change that the ledger knows, and where it stands.", new Example("change list --status unproven", "what still waits for traffic?"))
            .With(status)
            .Runs(line, async (run, cancellation) =>
            {
                var wanted = run.Value(status) is { } word ? Words.Parse<ChangeStatus>("--status", word) : (ChangeStatus?)null;
                await using var database = await new Composition(run).OpenStoreAsync(cancellation);
                var changes = ChangeHistory.Fold(await new LedgerStore(database).ReadAsync(new LedgerFilter(), cancellation))
                    .Where(c => wanted is null || c.Status == wanted).OrderBy(c => c.LastSequence).ToList();
                run.Output.Write(new View(new { Changes = changes.Select(ChangeViews.Document) }, [ChangeViews.Grid(changes)]));
                return ExitCode.Done;
            });
    }

    private static Verb Show(CommandLine line)
    {
        var id = Id();
        return new Verb("show", "One change: its SQL, estimate, verdict, and what was measured.", new Example("change show ci-0123456789", "was it worth it?"))
            .With(id)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var (change, _) = await FindAsync(database, run.Value(id)!, cancellation);
                run.Output.Write(new View(ChangeViews.Document(change), ChangeViews.Blocks(change, parts.HomeRegion)));
                return ExitCode.Done;
            });
    }

    private static Verb Explain(CommandLine line)
    {
        var id = Id();
        return new Verb("explain", "How it came about: each decision with its reasons, in the order of the ledger.", new Example("change explain ci-0123456789", "who allowed it, and why was it kept?"))
            .With(id)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var (change, entries) = await FindAsync(database, run.Value(id)!, cancellation);
                run.Output.Write(new View(
                    new { change.ChangeId, change.Status, Entries = entries.Select(LedgerViews.Document) },
                    [
                        new Line(change.Change?.Operation.Title() ?? change.ChangeId),
                        .. change.Change is { } proposed ? [new Line($"Why: {proposed.Reason}"), .. proposed.Evidence.Select(e => new Line($"Evidence: {e}"))] : Array.Empty<Block>(),
                        LedgerViews.Grid(entries),
                    ]));
                return ExitCode.Done;
            });
    }

    internal static async Task<(ChangeState Change, IReadOnlyList<LedgerEntry> Entries)> FindAsync(Store.AlmanacDatabase database, string id, CancellationToken cancellation)
    {
        var entries = await new LedgerStore(database).ReadAsync(new LedgerFilter { ChangeId = id }, cancellation);
        return ChangeHistory.Fold(entries) is [var change, ..]
            ? (change, entries)
            : throw new AlmanacException(ExitCode.Usage, $"The ledger knows no change {id}.", "`almanac change list` shows them.");
    }

    private static Argument<string> Id() => new("ID") { Description = "The change's id, as the plan and the list print it." };
}
