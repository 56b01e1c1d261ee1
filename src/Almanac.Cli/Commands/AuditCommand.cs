using System.CommandLine;
using System.Globalization;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Ledger;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac audit</c>: the ledger itself.</summary>
internal static class AuditCommand
{
    public const string Description = "Show the ledger, and verify that nothing in it was changed, removed or cut off.";

    public static Verb Build(CommandLine line) => new Verb("audit", Description).With(Show(line), Verify(line));

    private static Verb Show(CommandLine line)
    {
        var change = new Option<string>("--change") { HelpName = "ID", Description = "Only entries of this change." };
        var newest = new Option<int?>("--last") { HelpName = "N", Description = "Only the newest N entries (default: 50)." };
        return new Verb("show", "List ledger entries, oldest first.", new Example("audit show --last 20", "what happened lately"), new Example("audit show --change ci-0123456789 -o json", "everything about one change, payloads included"))
            .With(change, newest)
            .Runs(line, async (run, cancellation) =>
            {
                if (run.Value(newest) is < 1)
                {
                    throw new AlmanacException(ExitCode.Usage, "--last takes a number from 1 on.");
                }

                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var filter = new LedgerFilter { ChangeId = run.Value(change), Newest = run.Value(newest) ?? (run.Value(change) is null ? 50 : null) };
                var entries = await new LedgerStore(database).ReadAsync(filter, cancellation);
                run.Output.Write(new View(
                    new { Entries = entries.Select(LedgerViews.Document) },
                    [LedgerViews.Grid(entries) with { Empty = "The ledger has no such entry." }]));
                return ExitCode.Done;
            });
    }

    private static Verb Verify(CommandLine line)
    {
        var expect = new Option<string>("--expect") { HelpName = "SEQ:HASH", Description = "A head printed earlier and kept elsewhere: the ledger must still contain it." };
        return new Verb(
            "verify",
            "Walk the hash chain; exit 32 when an entry was changed, removed, moved or cut off. Prints the head to keep elsewhere.",
            new Example("audit verify", "is the chain whole?"),
            new Example("audit verify --expect 42:9f86d0...", "is it still the ledger of last week, and not shorter?"))
            .With(expect)
            .Runs(line, async (run, cancellation) =>
            {
                var expected = run.Value(expect);
                if (expected is not null)
                {
                    LedgerHead.Parse(expected);
                }

                await using var database = await new Composition(run).OpenStoreAsync(cancellation);
                var check = await new LedgerStore(database).VerifyAsync(expected, cancellation);
                run.Output.Write(new View(
                    new { check.Ok, check.Entries, Head = check.Head?.ToString(), check.Problem },
                    [
                        new Facts(
                            ("entries", check.Entries.ToString(CultureInfo.InvariantCulture)),
                            ("head", check.Head?.ToString() ?? "none"),
                            ("chain", check.Ok ? new Cell("whole", Tone.Good) : new Cell(check.Problem!.Text, Tone.Bad))),
                    ]));
                return check.Ok ? ExitCode.Done : ExitCode.LedgerTampered;
            });
    }
}
