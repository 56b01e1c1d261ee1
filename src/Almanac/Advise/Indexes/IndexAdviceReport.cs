using System.Globalization;
using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>Puts a choice of indexes into words and numbers: estimate, evidence, reason, and why the others were not chosen.</summary>
internal sealed class IndexAdviceReport(AdviseInput input, AdviseLimits limits, IndexSelection selection, IReadOnlyList<StatementModel> models)
{
    private readonly double totalMs = input.Workload.TotalMs;

    /// <summary>The advice with changes, rejected candidates and forecasts; the caller adds what it counted.</summary>
    public IndexAdvice Write(HashSet<Candidate> chosen, IReadOnlyList<Candidate> useful, IReadOnlyList<Candidate> recentlyRejected)
    {
        var shares = models.Select(m => (Model: m, Best: m.Best(chosen))).Where(s => s.Best.Used.Count > 0).ToList();
        return new IndexAdvice
        {
            Changes = [.. InOrder(chosen).Select(c => Change(c, chosen))],
            Rejected = [.. Rejected(chosen, useful, recentlyRejected)],
            Forecasts = [.. shares.Select(s => new StatementForecast(s.Model.Statement.QueryId, s.Model.BaseCost, s.Best.Cost, [.. s.Best.Used.Select(u => u.Spec.Name).Order(StringComparer.Ordinal)]))],
        };
    }

    /// <summary>
    /// The order of the work: each next index is the one that saves most on top of those before it. Each is measured right after it is
    /// built, so one that only pays beside another has to come after that other.
    /// </summary>
    private IEnumerable<Candidate> InOrder(HashSet<Candidate> chosen)
    {
        HashSet<Candidate> built = [];
        while (built.Count < chosen.Count)
        {
            var next = chosen.Except(built).OrderByDescending(c => selection.Gain(built, [.. built, c])).ThenBy(c => c.Spec.Name, StringComparer.Ordinal).First();
            built.Add(next);
            yield return next;
        }
    }

    private ProposedChange Change(Candidate candidate, HashSet<Candidate> chosen)
    {
        var gains = models.Select(m => (Model: m, SavedMs: Share(m, candidate, chosen))).Where(g => g.SavedMs > 0).OrderByDescending(g => g.SavedMs).ToList();
        var saved = gains.Sum(g => g.SavedMs);
        var table = candidate.Table;
        List<string> evidence =
        [
            .. gains.Take(5).Select(g => Evidence(g.Model, g.Model.Best(chosen).Cost)),
            string.Create(CultureInfo.InvariantCulture, $"{table.Schema}.{table.Name} has {table.Rows:N0} rows on {table.Pages:N0} pages; the index will take about {Megabytes(candidate.Bytes)}."),
            candidate.WriteMs > 0
                ? string.Create(CultureInfo.InvariantCulture, $"Keeping it up to date would have added about {candidate.WriteMs:N0} ms to the window's writes.")
                : "The window saw no writes to this table.",
        ];
        var first = gains[0].Model;
        var others = gains.Count == 1 ? "one statement" : $"{gains.Count} statements";
        return new ProposedChange
        {
            Id = ChangeIds.For(input.Target, candidate.Spec),
            Target = input.Target,
            Operation = candidate.Spec,
            Reason = string.Create(
                CultureInfo.InvariantCulture,
                $"It serves {others} that took {gains.Sum(g => g.Model.Statement.TotalMs) / totalMs:P0} of the measured time; the heaviest would fall to {first.Best(chosen).Cost / first.BaseCost:P1} of its planner cost."),
            Estimate = new ChangeEstimate
            {
                SavedShare = totalMs > 0 ? Math.Clamp(saved / totalMs, 0, 1) : 0,
                SavedMs = saved,
                Bytes = candidate.Bytes,
                WriteOverheadMs = candidate.WriteMs,
                Duration = IndexCosts.BuildTime(table, candidate.Bytes),
            },
            Evidence = evidence,
            Gains = [.. gains.Select(g => g.Model.Statement.QueryId)],
        };
    }

    /// <summary>A statement's saving is shared among the indexes that its plan uses, after what each would be missed for.</summary>
    private double Share(StatementModel model, Candidate candidate, HashSet<Candidate> chosen)
    {
        var best = model.Best(chosen);
        if (!best.Used.Contains(candidate))
        {
            return 0;
        }

        var after = model.Milliseconds(best.Cost, limits);
        var missed = best.Used.ToDictionary(u => u, u => model.Milliseconds(model.Best(chosen.Where(c => c != u).ToHashSet()).Cost, limits) - after);
        var sum = missed.Values.Sum();
        return (model.Statement.TotalMs - after) * (sum > 0 ? missed[candidate] / sum : 1.0 / missed.Count);
    }

    private string Evidence(StatementModel model, double cost)
    {
        var statement = model.Statement;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Query {statement.QueryId}: {statement.Calls:N0} calls of {statement.MeanMs:0.###} ms, {statement.TotalMs / totalMs:P1} of the measured time; planner cost {model.BaseCost:0.#} -> {cost:0.#}.");
    }

    private IEnumerable<RejectedChange> Rejected(HashSet<Candidate> chosen, IReadOnlyList<Candidate> useful, IReadOnlyList<Candidate> recentlyRejected)
    {
        foreach (var candidate in recentlyRejected)
        {
            yield return Entry(candidate, "it was rejected or rolled back recently");
        }

        var alone = useful.Where(c => !chosen.Contains(c)).Select(c => (Candidate: c, Gain: selection.Gain([], [c]))).OrderByDescending(c => c.Gain).Take(limits.MaximumRejected);
        foreach (var (candidate, gain) in alone)
        {
            var saved = gain + candidate.WriteMs;
            if (saved > 0)
            {
                yield return Entry(candidate, WhyNot(candidate, saved, chosen));
            }
        }
    }

    private string WhyNot(Candidate candidate, double saved, HashSet<Candidate> chosen)
    {
        if (candidate.WriteMs >= saved)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it would save {saved:N0} ms and cost {candidate.WriteMs:N0} ms on writes");
        }

        HashSet<Candidate> with = [.. chosen, candidate];
        var more = selection.Gain(chosen, with);
        var threshold = selection.Threshold(chosen);
        if (more >= threshold && selection.HelpsSomeStatement(chosen, with))
        {
            return "it exceeds the storage budget or the number of indexes that the table may have";
        }

        if (saved - candidate.WriteMs >= threshold && chosen.Count > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"beside the proposed indexes it would save only {Math.Max(0, more):N0} ms more");
        }

        return string.Create(CultureInfo.InvariantCulture, $"it would save {saved:N0} ms or {saved / totalMs:P2} of the measured time, too little to be worth an index");
    }

    private RejectedChange Entry(Candidate candidate, string reason) => new(ChangeIds.For(input.Target, candidate.Spec), candidate.Spec, reason);

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MB");
}
