using System.Globalization;
using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>
/// Decides which indexes are worth building for a workload. A statement weighs what it was measured to take, never what the planner
/// thinks it costs; the planner only says by which ratio that would shrink.
/// </summary>
public static class IndexAdvisor
{
    private const int Rounds = 3;

    // The first look at a statement may use this share of its EXPLAINs; the rest is for indexes that other statements brought up.
    private const double FirstLook = 0.4;

    /// <summary>Advice for the whole workload; asks <paramref name="whatIf"/> and touches nothing else.</summary>
    public static async Task<IndexAdvice> AdviseAsync(AdviseInput input, IWhatIf whatIf, AdviseLimits limits, CancellationToken cancellation)
    {
        var before = whatIf.ExplainCalls;
        var catalog = new CatalogLookup(input.Catalog);
        var (considered, leftOut) = WorkloadCut.Heaviest(input.Workload, limits);
        List<UnplannableStatement> unplannable = [];
        var models = await PrepareAsync(considered, whatIf, input.Catalog, unplannable, cancellation);
        var activity = new WorkloadWrites(catalog, input.Writes, models);
        var pool = new CandidatePool(catalog, activity.Of, spec => input.RecentlyRejected.Contains(ChangeIds.For(input.Target, spec)));
        var explorer = new StatementExplorer(whatIf);
        var readers = models.Select(m => m.Model).OfType<StatementModel>().ToList();
        var worthwhile = readers.Where(m => Potential(m, limits) >= 0.05 * limits.MinimumSavedShare * input.Workload.TotalMs).ToList();
        var generator = new IndexCandidates(catalog, limits);
        foreach (var model in worthwhile)
        {
            var own = generator.For(model.Relations).Select(pool.Get).OfType<Candidate>().ToList();
            await explorer.ExploreAsync(model, own, (int)(limits.ExplainsPerStatement * FirstLook), cancellation);
        }

        var merged = new CandidateMerging(catalog, generator, pool, limits);
        var useful = merged.With(readers.SelectMany(m => m.Atoms).SelectMany(a => a.Used).Distinct().ToList());
        foreach (var model in worthwhile)
        {
            var relevant = CandidateMerging.Relevant(model, useful);
            await explorer.ExploreAsync(model, relevant, limits.ExplainsPerStatement - model.Explains - Rounds, cancellation);
        }

        var selection = new IndexSelection(worthwhile, useful, input.Workload, c => catalog.IndexesOf(c.Table).Count(), limits);
        HashSet<Candidate> chosen = [];
        for (var round = 0; round < Rounds; round++)
        {
            HashSet<Candidate> next = [.. selection.Choose()];
            var stable = next.SetEquals(chosen);
            chosen = next;
            if (stable)
            {
                break;
            }

            // What was put together from parts is planned as a whole; a surprise changes the next choice.
            foreach (var model in worthwhile)
            {
                HashSet<Candidate> mine = [.. chosen.Where(c => model.Reads(c.Table)).OrderBy(c => c.Number).Take(WhatIfCaps.Total)];
                await explorer.PlanAsync(model, mine, limits.ExplainsPerStatement, cancellation);
            }
        }

        selection.Shrink(chosen);
        await new OrderWidening(explorer, generator, pool, selection, limits).ApplyAsync(chosen, worthwhile, cancellation);
        await PlanPartsAsync(worthwhile, chosen, explorer, cancellation);
        var report = new IndexAdviceReport(input, limits, selection, worthwhile);
        var advice = report.Write(chosen, useful, pool.RecentlyRejected);
        return advice with
        {
            ExplainCalls = whatIf.ExplainCalls - before,
            StatementsConsidered = considered.Count,
            StatementsLeftOut = leftOut.Count,
            ShareLeftOut = input.Workload.TotalMs > 0 ? leftOut.Sum(s => s.TotalMs) / input.Workload.TotalMs : 0,
            Unplannable = unplannable,
            Notes = [.. Notes(input.Workload, considered, leftOut, unplannable, advice.Changes.Count)],
        };
    }

    private static async Task<List<PreparedStatement>> PrepareAsync(
        IReadOnlyList<WorkloadStatement> statements, IWhatIf whatIf, Catalog catalog, List<UnplannableStatement> unplannable, CancellationToken cancellation)
    {
        List<PreparedStatement> result = [];
        foreach (var statement in statements)
        {
            var preparation = await whatIf.PrepareAsync(statement, cancellation);
            if (preparation is { Statement: { } plannable, Plan: { } plan })
            {
                var conditions = PlanConditions.Read(plan.Plan, catalog);
                result.Add(new PreparedStatement(statement, conditions, new StatementModel(statement, plannable, plan.Cost, conditions.Relations)));
            }
            else
            {
                unplannable.Add(new UnplannableStatement(statement.QueryId, statement.Text, statement.TotalMs, preparation.Reason ?? "unknown"));
            }
        }

        return result;
    }

    // The order of the work needs to know what each index brings alone and what it is missed for, where a plan needs several.
    private static async Task PlanPartsAsync(
        IReadOnlyList<StatementModel> models, IReadOnlySet<Candidate> chosen, StatementExplorer explorer, CancellationToken cancellation)
    {
        foreach (var model in models)
        {
            var used = model.Best(chosen).Used;
            foreach (var part in used.Count < 2 ? [] : used.SelectMany(u => new HashSet<Candidate>[] { [u], [.. used.Where(o => o != u)] }))
            {
                await explorer.PlanAsync(model, part, int.MaxValue, cancellation);
            }
        }
    }

    // The most that any index could save on the statement.
    private static double Potential(StatementModel model, AdviseLimits limits)
        => model.BaseCost < limits.MinimumCostSaved ? 0 : model.Statement.Calls * Math.Max(0, model.Statement.MeanMs - limits.FastestMs);

    private static IEnumerable<string> Notes(
        Workload workload, IReadOnlyList<WorkloadStatement> considered, IReadOnlyList<WorkloadStatement> leftOut, List<UnplannableStatement> unplannable, int changes)
    {
        if (considered.Count == 0)
        {
            yield return "The workload holds no statement that an index could serve.";
        }
        else if (changes == 0)
        {
            yield return $"No index is worth building: none of the {considered.Count} heaviest statements would gain enough.";
        }

        if (leftOut.Count > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{leftOut.Count} of {leftOut.Count + considered.Count} statements were left out: together they are {leftOut.Sum(s => s.TotalMs) / workload.TotalMs:P1} of the measured time.");
        }

        foreach (var reason in unplannable.GroupBy(u => u.Reason).OrderByDescending(g => g.Sum(u => u.TotalMs)).Take(10))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{reason.Count()} statement{(reason.Count() == 1 ? string.Empty : "s")} ({reason.Sum(u => u.TotalMs) / workload.TotalMs:P1} of the measured time) could not be planned: {reason.Key}.");
        }
    }
}

/// <summary>A statement that can be planned, with what its plan says.</summary>
internal sealed record PreparedStatement(WorkloadStatement Statement, PlanConditions Conditions, StatementModel Model);
