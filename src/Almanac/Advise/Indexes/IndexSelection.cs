using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>
/// Chooses the set of indexes with the largest saving of measured time, writes deducted: greedy by saving per byte,
/// then a local search that adds, drops, swaps and merges. Works on what the statement models know; asks nothing.
/// </summary>
public sealed class IndexSelection
{
    // Saving per byte favours the tiny: below this size, bytes do not matter.
    private const double SmallBytes = 1 << 20;

    private readonly IReadOnlyList<StatementModel> models;
    private readonly IReadOnlyList<Candidate> candidates;
    private readonly AdviseLimits limits;
    private readonly double totalMs;
    private readonly double noticeableMs;
    private readonly Func<Candidate, int> existingIndexes;
    private readonly Dictionary<uint, List<StatementModel>> readers;

    /// <summary>Prepares a choice among these candidates for the statements of a workload.</summary>
    public IndexSelection(IReadOnlyList<StatementModel> models, IReadOnlyList<Candidate> candidates, Workload workload, Func<Candidate, int> existingIndexes, AdviseLimits limits)
    {
        this.models = models;
        this.candidates = candidates;
        totalMs = workload.TotalMs;
        noticeableMs = workload.NoticeableMs;
        this.existingIndexes = existingIndexes;
        this.limits = limits;
        readers = candidates.Select(c => c.Table).DistinctBy(t => t.Oid).ToDictionary(t => t.Oid, t => models.Where(m => m.Reads(t)).ToList());
    }

    /// <summary>The chosen set.</summary>
    public IReadOnlyCollection<Candidate> Choose()
    {
        HashSet<Candidate> chosen = [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Add(Key(chosen)) && (Grow(chosen) || Improve(chosen)))
        {
            Shrink(chosen);
        }

        Shrink(chosen);
        return chosen;
    }

    /// <summary>Milliseconds saved over the window, writes deducted, by adding to and taking from a set.</summary>
    public double Gain(HashSet<Candidate> from, HashSet<Candidate> to)
    {
        var changed = from.Except(to).Concat(to.Except(from)).ToList();
        var affected = changed.SelectMany(c => readers.GetValueOrDefault(c.Table.Oid, [])).Distinct();
        return affected.Sum(m => m.Milliseconds(m.Best(from).Cost, limits) - m.Milliseconds(m.Best(to).Cost, limits))
            + from.Except(to).Sum(c => c.WriteMs) - to.Except(from).Sum(c => c.WriteMs);
    }

    /// <summary>What an index must save, in milliseconds: a share of the time that remains without it.</summary>
    public double Threshold(HashSet<Candidate> chosen) => Math.Max(
        noticeableMs, limits.MinimumSavedShare * Math.Max(0, totalMs - models.Sum(m => m.Statement.TotalMs - m.Milliseconds(m.Best(chosen).Cost, limits))));

    /// <summary>True when some statement's plan and mean time improve by what an index must bring.</summary>
    public bool HelpsSomeStatement(HashSet<Candidate> without, HashSet<Candidate> with)
        => with.Except(without).SelectMany(c => readers.GetValueOrDefault(c.Table.Oid, [])).Distinct().Any(m =>
        {
            var (before, after) = (m.Best(without).Cost, m.Best(with).Cost);
            var perCall = (m.Milliseconds(before, limits) - m.Milliseconds(after, limits)) / Math.Max(1, m.Statement.Calls);
            return after <= (1 - limits.MinimumCostCut) * before && before - after >= limits.MinimumCostSaved && perCall >= limits.MinimumMsPerCall;
        });

    /// <summary>Takes out what no longer earns its keep, the least useful first.</summary>
    public void Shrink(HashSet<Candidate> chosen)
    {
        while (chosen.Count > 0)
        {
            var least = chosen.OrderBy(c => Gain([.. chosen.Where(x => x != c)], chosen)).ThenBy(c => c.Number).First();
            HashSet<Candidate> without = [.. chosen.Where(x => x != least)];
            if (Gain(without, chosen) >= Threshold(without) && HelpsSomeStatement(without, chosen))
            {
                return;
            }

            chosen.Remove(least);
        }
    }

    /// <summary>True when the set keeps to the storage budget and to the number of indexes that a table may have.</summary>
    public bool Fits(HashSet<Candidate> set)
        => (limits.StorageBudgetBytes is not { } budget || set.Sum(c => c.Bytes) <= budget)
            && set.GroupBy(c => c.Table.Oid).All(g => g.Count() + existingIndexes(g.First()) <= limits.MaximumIndexesPerTable);

    private bool Grow(HashSet<Candidate> chosen)
    {
        HashSet<Candidate>? best = null;
        double bestScore = 0;
        var threshold = Threshold(chosen);
        foreach (var move in Additions(chosen))
        {
            HashSet<Candidate> with = [.. chosen, .. move];
            var gain = Gain(chosen, with);
            var score = gain / (SmallBytes + move.Sum(c => c.Bytes));
            if (gain >= threshold * move.Count && score > bestScore && Fits(with) && HelpsSomeStatement(chosen, with))
            {
                (best, bestScore) = (with, score);
            }
        }

        if (best is null)
        {
            return false;
        }

        chosen.UnionWith(best);
        return true;
    }

    // Single candidates, and sets that only help together.
    private IEnumerable<HashSet<Candidate>> Additions(HashSet<Candidate> chosen)
        => candidates.Where(c => !chosen.Contains(c)).Select(c => new HashSet<Candidate> { c })
            .Concat(models.SelectMany(m => Together(m, chosen)).DistinctBy(Key));

    private IEnumerable<HashSet<Candidate>> Together(StatementModel model, HashSet<Candidate> chosen)
    {
        var worthwhile = model.Best(chosen).Cost * (1 - limits.MinimumCostCut);
        return model.Atoms.Where(a => a.Cost <= worthwhile).Select(a => a.Used.Except(chosen).ToHashSet()).Where(s => s.Count is > 1 and <= 4);
    }

    private static string Key(IEnumerable<Candidate> set) => string.Join(',', set.Select(c => c.Number).Order());

    // One index instead of another on its table, or instead of two of them; and one instead of none, for the price of one that falls away.
    private bool Improve(HashSet<Candidate> chosen)
    {
        HashSet<Candidate>? best = null;
        double bestGain = 0;
        var price = Threshold(chosen) / 2;
        foreach (var add in candidates.Where(c => !chosen.Contains(c)))
        {
            var same = chosen.Where(c => c.Table.Oid == add.Table.Oid).ToList();
            IEnumerable<Candidate[]> removals = same.Select(c => new[] { c }).Concat(same.SelectMany((a, i) => same.Skip(i + 1).Select(b => new[] { a, b })));
            foreach (var remove in removals)
            {
                HashSet<Candidate> to = [.. chosen.Except(remove), add];

                // Every index less is worth half of what an index must bring; a swap must be clearly better, or smaller at the same gain.
                var gain = Gain(chosen, to) + (price * (remove.Length - 1)) + ((remove.Sum(r => r.Bytes) - add.Bytes) / SmallBytes * price / 1000);
                if (gain > bestGain && gain > price / 10 && Fits(to))
                {
                    (best, bestGain) = (to, gain);
                }
            }
        }

        if (best is null)
        {
            return false;
        }

        chosen.IntersectWith(best);
        chosen.UnionWith(best);
        return true;
    }
}
