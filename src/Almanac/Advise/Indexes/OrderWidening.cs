namespace Almanac.Advise.Indexes;

/// <summary>
/// Widens a chosen index by the order of which a statement wants the first rows, where that costs next to nothing: the planner averages
/// over all values, but the popular ones, which are asked for most, have the most rows to sort.
/// </summary>
internal sealed class OrderWidening(StatementExplorer explorer, IndexCandidates generator, CandidatePool pool, IndexSelection selection, AdviseLimits limits)
{
    // To the planner the wider index may look this much dearer on average values.
    private const double Tolerated = 1.1;

    /// <summary>Replaces indexes of the set by their wider forms.</summary>
    public async Task ApplyAsync(HashSet<Candidate> chosen, IReadOnlyList<StatementModel> models, CancellationToken cancellation)
    {
        foreach (var narrow in chosen.OrderBy(c => c.Number).ToList())
        {
            var users = models.Where(m => m.Reads(narrow.Table) && m.Best(chosen).Used.Contains(narrow)).ToList();
            foreach (var wide in users.SelectMany(u => WithOrder(u, narrow)).Distinct().OrderBy(w => w.Keys.Count).ThenBy(w => w.Number))
            {
                HashSet<Candidate> with = [.. chosen.Where(c => c != narrow), wide];
                if (!chosen.Contains(wide) && wide.WriteMs - narrow.WriteMs <= selection.Threshold(chosen) / 10
                    && selection.Fits(with) && await IsAsGoodAsync(users, chosen, with, cancellation))
                {
                    chosen.Remove(narrow);
                    chosen.Add(wide);
                    break;
                }
            }
        }
    }

    private IEnumerable<Candidate> WithOrder(StatementModel model, Candidate narrow)
    {
        var relations = model.Relations.Where(r => r.Schema == narrow.Table.Schema && r.Table == narrow.Table.Name && r.Sorts.Any(s => s.TopN)).ToList();
        var ordered = relations.SelectMany(r => r.Sorts).Where(s => s.TopN).SelectMany(s => s.Parts).Select(p => p.Column.Text).ToHashSet(StringComparer.Ordinal);
        return generator.For(relations).Select(pool.Get).OfType<Candidate>()
            .Where(c => c.Keys.Count > narrow.Keys.Count && IndexCandidates.IsPrefix(narrow.Keys, c.Keys) && c.Keys.Skip(narrow.Keys.Count).All(k => ordered.Contains(k.Text)));
    }

    private async Task<bool> IsAsGoodAsync(List<StatementModel> users, HashSet<Candidate> chosen, HashSet<Candidate> with, CancellationToken cancellation)
    {
        foreach (var model in users)
        {
            HashSet<Candidate> mine = [.. with.Where(c => model.Reads(c.Table))];
            if (await explorer.PlanAsync(model, mine, limits.ExplainsPerStatement, cancellation) is not { } plan || plan.Cost > Tolerated * model.Best(chosen).Cost)
            {
                return false;
            }
        }

        return true;
    }
}
