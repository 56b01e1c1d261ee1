using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>Finds out by what-if which sets of candidates help a statement, with few EXPLAINs.</summary>
public sealed class StatementExplorer(IWhatIf whatIf)
{
    // A plan that saves less than this is not worth taking apart further.
    private const double WorthRefining = 0.98;

    /// <summary>
    /// Plans with all candidates, then takes away one used index at a time, the best plan first, until nothing helps
    /// or <paramref name="explains"/> calls are spent: what is left are the alternatives.
    /// </summary>
    public async Task ExploreAsync(StatementModel model, IReadOnlyCollection<Candidate> candidates, int explains, CancellationToken cancellation)
    {
        var limit = model.Explains + explains;
        var queue = new PriorityQueue<HashSet<Candidate>, double>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        queue.Enqueue([.. candidates], 0);
        while (queue.TryDequeue(out var set, out _))
        {
            if (set.Count == 0 || !seen.Add(string.Join(',', set.Select(c => c.Number).Order())))
            {
                continue;
            }

            if (await PlanAsync(model, set, limit, cancellation) is not { } plan)
            {
                if (model.Explains >= limit)
                {
                    return;
                }

                continue;
            }

            if (plan.Cost < WorthRefining * model.BaseCost)
            {
                foreach (var used in plan.Used)
                {
                    queue.Enqueue([.. set.Where(c => c != used)], plan.Cost);
                }
            }
        }
    }

    /// <summary>The plan for exactly this set, asked of the server only when no earlier plan tells; null when the budget is spent or there is no plan.</summary>
    public async Task<(IReadOnlySet<Candidate> Used, double Cost)?> PlanAsync(StatementModel model, HashSet<Candidate> set, int limit, CancellationToken cancellation)
    {
        if (model.Known(set) is { } known)
        {
            return known;
        }

        if (model.Explains >= limit)
        {
            return null;
        }

        var plan = await whatIf.ExplainAsync(model.Plannable, [.. set.OrderBy(c => c.Number).Select(c => c.Spec)], cancellation);
        if (plan is null)
        {
            model.Learn(set, [], model.BaseCost);
            return null;
        }

        HashSet<Candidate> used = [.. set.Where(c => plan.Used.Any(u => u.SameIndexAs(c.Spec)))];
        model.Learn(set, used, plan.Cost);
        return (used, plan.Cost);
    }
}
