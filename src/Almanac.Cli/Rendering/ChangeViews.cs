using System.Globalization;
using Almanac.Calendars;
using Almanac.Cli.Grammar;
using Almanac.Model;
using Almanac.Report;

namespace Almanac.Cli.Rendering;

/// <summary>Shows changes; what is estimated and what was measured stay apart.</summary>
internal static class ChangeViews
{
    // From a handful of calls follows no interval, or one that says nothing.
    private const double Unknown = 1_000;

    public static object Document(ChangeState change) => new
    {
        Id = change.ChangeId,
        change.Status,
        change.Target,
        Title = change.Change?.Operation.Title(),
        Operation = change.Change?.Operation,
        Reason = change.Change?.Reason,
        Evidence = change.Change?.Evidence,
        Estimate = change.Change?.Estimate,
        Verdict = change.Judgement?.Asked,
        change.Explanation,
        change.ProposedAt,
        change.AppliedAt,
        change.VerifiedAt,
        change.RolledBackAt,
        change.LastAt,
        change.LastActor,
        change.Receipt,
        change.Verification,
        change.RollbackReceipt,
    };

    public static Grid Grid(IEnumerable<ChangeState> changes) => new(
        ["id", "status", "what", "estimated", "measured", "since"],
        [.. changes.Select(c => (IReadOnlyList<Cell>)
        [
            c.ChangeId,
            new Cell(Words.Of(c.Status), ToneOf(c.Status)),
            c.Change?.Operation.Title(),
            c.Change is { } proposed ? Saved(proposed.Estimate) : string.Empty,
            Measured(c.Verification),
            Moments.Iso(c.LastAt),
        ])])
    {
        Empty = "The ledger knows no such change.",
    };

    public static IReadOnlyList<Block> Blocks(ChangeState change, RegionCalendar region)
    {
        List<(string, Cell)> facts = [("id", change.ChangeId), ("status", new Cell(Words.Of(change.Status), ToneOf(change.Status)))];
        Add("target", change.Target);
        if (change.Change is { } proposed)
        {
            Add("what", proposed.Operation.Title());
            Add("why", proposed.Reason);
            Add("estimated", Saved(proposed.Estimate));
            Add("size", Html.Bytes(proposed.Estimate.Bytes));
            Add("duration", Moments.Text(proposed.Estimate.Duration));
        }

        Add("guard", change.Judgement?.Sentence);
        Add("applied", change.AppliedAt is { } applied ? Moments.Text(applied, region) : null);
        Add("measured", change.Verification?.Reason);
        Add("outcome", change.Explanation);
        Add("rolled back", change.RolledBackAt is { } undone ? Moments.Text(undone, region) : null);

        List<Block> blocks = [new Facts([.. facts])];
        if (change.Receipt is { } receipt)
        {
            blocks.Add(new Line("Sent:"));
            blocks.Add(new Code(string.Join(";\n", receipt.Sql) + ";"));
        }

        if (change.Verification is { Statements.Count: > 0 } measured)
        {
            blocks.Add(Effects(measured));
        }

        return blocks;

        void Add(string name, string? value)
        {
            if (value is { Length: > 0 })
            {
                facts.Add((name, value));
            }
        }
    }

    /// <summary>Each statement before and after.</summary>
    public static Grid Effects(Verification verification) => new(
        ["statement", "source", "calls", "before ms", "after ms", "after/before (95 %)"],
        [.. verification.Statements.Select(s => (IReadOnlyList<Cell>)
        [
            Short(s.Text),
            Words.Of(s.Source),
            Text($"{s.CallsBefore} / {s.CallsAfter}"),
            Text($"{s.MeanMsBefore:0.###}"),
            Text($"{s.MeanMsAfter:0.###}"),
            new Cell(s.RatioHigh < Unknown ? Text($"{s.RatioLow:0.000} - {s.RatioHigh:0.000}") : "too few calls", s.Regressed ? Tone.Bad : s.RatioHigh < 1 ? Tone.Good : Tone.Plain),
        ])])
    {
        Title = "Measured",
    };

    public static string Saved(ChangeEstimate estimate) => Text($"{estimate.SavedShare * 100:0.#} % of the window's time");

    /// <summary>A statement on one line, cut.</summary>
    public static string Short(string sql, int length = 70)
    {
        var line = string.Join(' ', sql.Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= length ? line : line[..(length - 3)] + "...";
    }

    private static string Measured(Verification? verification) => verification switch
    {
        null => string.Empty,
        { SavedMsPerSecond: { } saved } => Text($"{saved:0.###} ms saved a second"),
        _ => Words.Of(verification.Outcome),
    };

    private static Tone ToneOf(ChangeStatus status) => status switch
    {
        ChangeStatus.Kept or ChangeStatus.Applied => Tone.Good,
        ChangeStatus.RollbackFailed or ChangeStatus.Failed or ChangeStatus.Refused => Tone.Bad,
        ChangeStatus.RolledBack or ChangeStatus.Unproven or ChangeStatus.AwaitingApproval or ChangeStatus.Settled => Tone.Caution,
        _ => Tone.Plain,
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
