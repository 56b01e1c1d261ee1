using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>
/// What is known about one statement's planner cost under sets of candidates: its atomic configurations,
/// each a set of indexes that a plan used and the cost of that plan.
/// </summary>
/// <remarks>
/// The sandwich rule: a plan made with the set S available that used U is the plan for every set between U and S,
/// because taking away what was not used changes nothing (CoPhy, INUM). So most questions need no EXPLAIN.
/// </remarks>
public sealed class StatementModel(WorkloadStatement statement, PlannableStatement plannable, double baseCost, IReadOnlyList<RelationConditions> relations)
{
    private readonly List<(HashSet<Candidate> Available, HashSet<Candidate> Used, double Cost)> plans = [([], [], baseCost)];

    /// <summary>The statement with its measured numbers.</summary>
    public WorkloadStatement Statement => statement;

    /// <summary>What the what-if takes.</summary>
    public PlannableStatement Plannable => plannable;

    /// <summary>Planner cost as things are.</summary>
    public double BaseCost => baseCost;

    /// <summary>What its plan asks of each relation.</summary>
    public IReadOnlyList<RelationConditions> Relations => relations;

    /// <summary>EXPLAINs spent on it.</summary>
    public int Explains { get; private set; }

    /// <summary>Sets of indexes that some plan used, with its cost; the empty set is the plan as things are.</summary>
    public IEnumerable<(IReadOnlySet<Candidate> Used, double Cost)> Atoms => plans.Select(p => ((IReadOnlySet<Candidate>)p.Used, p.Cost));

    /// <summary>True when the statement reads the table.</summary>
    public bool Reads(TableInfo table) => relations.Any(r => r.Schema == table.Schema && r.Table == table.Name);

    /// <summary>The plan for exactly this set, if an earlier one says; else null.</summary>
    public (IReadOnlySet<Candidate> Used, double Cost)? Known(HashSet<Candidate> available)
    {
        foreach (var plan in plans)
        {
            if (plan.Used.IsSubsetOf(available) && available.IsSubsetOf(plan.Available))
            {
                return (plan.Used, plan.Cost);
            }
        }

        return null;
    }

    /// <summary>Keeps a plan that was made with these available.</summary>
    public void Learn(HashSet<Candidate> available, HashSet<Candidate> used, double cost)
    {
        Explains++;
        plans.Add((available, used, cost));
    }

    /// <summary>The cheapest plan whose indexes are all in the set: exact once it was planned, an upper bound before.</summary>
    public (IReadOnlySet<Candidate> Used, double Cost) Best(IReadOnlySet<Candidate> set)
    {
        (HashSet<Candidate> Used, double Cost) best = ([], baseCost);
        foreach (var plan in plans)
        {
            if (plan.Cost < best.Cost && plan.Used.IsSubsetOf(set))
            {
                best = (plan.Used, plan.Cost);
            }
        }

        return best;
    }

    /// <summary>
    /// Milliseconds that the window would have spent on it at this planner cost: measured time scaled by the planner's ratio.
    /// A difference that is noise counts as none.
    /// </summary>
    public double Milliseconds(double cost, AdviseLimits limits)
    {
        if (cost > 0.9 * baseCost || baseCost - cost < limits.MinimumCostSaved || statement.MeanMs <= limits.FastestMs)
        {
            return statement.TotalMs;
        }

        return statement.Calls * Math.Max(limits.FastestMs, statement.MeanMs * cost / baseCost);
    }
}
