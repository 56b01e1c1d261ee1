using Almanac.Model;

namespace Almanac.Ledger;

/// <summary>How a ledger was tampered with.</summary>
public enum LedgerFault
{
    /// <summary>An entry's content does not give its hash.</summary>
    Changed,

    /// <summary>An entry is missing between two others, or at the beginning.</summary>
    Missing,

    /// <summary>An entry stands at another place than the one it was written for.</summary>
    Reordered,

    /// <summary>Entries were cut off at the end: the expected head is beyond it.</summary>
    Truncated,

    /// <summary>The chain is whole, but it is not the one that the expected head belongs to.</summary>
    Rewritten,
}

/// <summary>The first thing that is wrong, at which entry, in one sentence.</summary>
public sealed record LedgerProblem(LedgerFault Fault, long Sequence, string Text);

/// <summary>What a verification of the whole chain found.</summary>
public sealed record LedgerCheck
{
    /// <summary>True when nothing is wrong.</summary>
    public bool Ok => Problem is null;

    /// <summary>The first problem; null when nothing is wrong.</summary>
    public LedgerProblem? Problem { get; init; }

    /// <summary>Entries read.</summary>
    public required long Entries { get; init; }

    /// <summary>The end of the chain; null when it is empty or broken.</summary>
    public LedgerHead? Head { get; init; }
}

/// <summary>Walks a chain from its first entry and stops at the first that does not follow; pure.</summary>
public sealed class LedgerWalk(LedgerHead? expected)
{
    // Searching where a moved entry belongs costs one hash a place; a ledger rarely needs more than its neighbourhood.
    private const long Neighbourhood = 100_000;

    private LedgerEntry? last;
    private LedgerProblem? problem;
    private long entries;

    /// <summary>Takes the next entry in order of sequence; false when the walk is over because something is wrong.</summary>
    public bool Add(LedgerEntry entry)
    {
        entries++;
        problem = Judge(entry);
        last = entry;
        return problem is null;
    }

    /// <summary>Ends the walk at a row that is no entry that this Almanac can read.</summary>
    public void Stop(long sequence, string text) => problem = new LedgerProblem(LedgerFault.Changed, sequence, text);

    /// <summary>The result once all entries were added.</summary>
    public LedgerCheck Finish()
    {
        if (problem is null && expected is { Sequence: > 0 } && (last?.Sequence ?? 0) < expected.Sequence)
        {
            problem = new LedgerProblem(
                LedgerFault.Truncated,
                (last?.Sequence ?? 0) + 1,
                $"The ledger ends at entry {last?.Sequence ?? 0}, but it once reached {expected.Sequence}: entries were cut off.");
        }

        return new LedgerCheck
        {
            Problem = problem,
            Entries = entries,
            Head = problem is null && last is not null ? new LedgerHead(last.Sequence, last.Hash) : null,
        };
    }

    /// <summary>Checks a whole chain at once.</summary>
    public static LedgerCheck Check(IEnumerable<LedgerEntry> chain, LedgerHead? expected)
    {
        var walk = new LedgerWalk(expected);
        foreach (var entry in chain)
        {
            if (!walk.Add(entry))
            {
                break;
            }
        }

        return walk.Finish();
    }

    private LedgerProblem? Judge(LedgerEntry entry)
    {
        var due = (last?.Sequence ?? 0) + 1;
        if (entry.Sequence < due)
        {
            return new LedgerProblem(LedgerFault.Reordered, entry.Sequence, $"Entry {entry.Sequence} appears after entry {last!.Sequence}.");
        }

        if (entry.Sequence > due)
        {
            return new LedgerProblem(LedgerFault.Missing, due, due == entry.Sequence - 1 ? $"Entry {due} is missing." : $"Entries {due} to {entry.Sequence - 1} are missing.");
        }

        if (LedgerChain.Hash(entry) != entry.Hash)
        {
            return OriginalPlace(entry) is { } place
                ? new LedgerProblem(LedgerFault.Reordered, entry.Sequence, $"Entry {entry.Sequence} was written as entry {place} and moved.")
                : new LedgerProblem(LedgerFault.Changed, entry.Sequence, $"Entry {entry.Sequence} was changed after it was written: its content does not give its hash.");
        }

        if (entry.PreviousHash != (last?.Hash ?? LedgerChain.Genesis))
        {
            return new LedgerProblem(
                LedgerFault.Reordered, entry.Sequence, $"Entry {entry.Sequence} does not follow entry {due - 1}: one of the two was replaced or moved.");
        }

        return expected is not null && expected.Sequence == entry.Sequence && expected.Hash != entry.Hash
            ? new LedgerProblem(LedgerFault.Rewritten, entry.Sequence, $"Entry {entry.Sequence} is not the one that the expected head names: the chain was rewritten.")
            : null;
    }

    private static long? OriginalPlace(LedgerEntry entry)
    {
        for (var place = Math.Max(1, entry.Sequence - Neighbourhood); place <= entry.Sequence + Neighbourhood; place++)
        {
            if (LedgerChain.Hash(entry with { Sequence = place }) == entry.Hash)
            {
                return place;
            }
        }

        return null;
    }
}
