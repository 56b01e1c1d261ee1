using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change;

/// <summary>The probes of one change: the same draws before and after.</summary>
internal sealed class ProbeSetReader(ConnectionTarget target, IReadOnlyList<ProbePlan> plans, MeasureOptions options, TimeProvider time)
{
    // What would take longer than this a round is cut down to fewer draws, never below the fewest that prove something.
    private const double RoundLimitMs = 30_000;

    private readonly Dictionary<long, Probe> probes = [];

    /// <summary>Measures the statements for the first time; those that cannot be probed are left out.</summary>
    public Task BeforeAsync(Func<long, bool> wanted, CancellationToken cancellation) => EachAsync(
        plans.Where(p => wanted(p.QueryId)),
        async (reader, plan) =>
        {
            if (await reader.DrawAsync(plan, options.ProbeDraws, cancellation) is not { } draws
                || await reader.MeasureAsync(plan, [draws[0]], 1, TimeSpan.Zero, cancellation) is not { } first)
            {
                return;
            }

            var affordable = Math.Clamp((int)(RoundLimitMs / Math.Max(1, first[0].Ms)), VerificationRules.FewestCalls, draws.Count);
            IReadOnlyList<ProbeDraw> chosen = [.. draws.Take(affordable)];
            if (await reader.MeasureAsync(plan, chosen, options.ProbeRounds, options.ProbeBudget.ToTimeSpan(), cancellation) is { } before)
            {
                probes[plan.QueryId] = new Probe(plan, chosen, before);
            }
        },
        cancellation);

    /// <summary>Measures those again that were measured before and are still wanted.</summary>
    public Task AfterAsync(Func<long, bool> wanted, CancellationToken cancellation) => EachAsync(
        [.. probes.Values.Where(p => wanted(p.Plan.QueryId)).Select(p => p.Plan)],
        async (reader, plan) =>
        {
            var probe = probes[plan.QueryId];
            if (await reader.MeasureAsync(plan, probe.Draws, options.ProbeRounds, options.ProbeBudget.ToTimeSpan(), cancellation) is { } after)
            {
                probes[plan.QueryId] = probe with { After = after };
            }
        },
        cancellation);

    /// <summary>Both measurements of one statement; null unless there are both. Without a text from the server the plan's own is shown.</summary>
    public ObservedStatement? Of(long queryId, string? text, StatementRoles roles) => probes.TryGetValue(queryId, out var probe) && probe.After is { } after
        ? new ObservedStatement
        {
            QueryId = queryId,
            Text = text ?? SqlText.Redact(probe.Plan.Text),
            Roles = roles,
            Source = MeasurementSource.Probe,
            Before = Sample(probe.Before),
            After = Sample(after),
            CallsPerSecond = probe.Plan.CallsPerSecond > 0 ? probe.Plan.CallsPerSecond : 1,
            Pairs = [.. probe.Before.Zip(after, (b, a) => (b.Ms, a.Ms))],
        }
        : null;

    private async Task EachAsync(IEnumerable<ProbePlan> chosen, Func<ProbeReader, ProbePlan, Task> work, CancellationToken cancellation)
    {
        var list = chosen.ToList();
        if (list.Count == 0)
        {
            return;
        }

        var timeout = options.ProbeTimeout.ToTimeSpan();
        await using var session = await PostgresReader.OpenAsync(target, "change-probe", cancellation, timeout);
        var reader = new ProbeReader(session, timeout, time);
        foreach (var plan in list)
        {
            await work(reader, plan);
        }
    }

    private static StatementSample Sample(IReadOnlyList<ProbeTiming> timings) => new()
    {
        Calls = timings.Count,
        TotalMs = timings.Sum(t => t.Ms),
        SumOfSquaresMs2 = timings.Sum(t => t.Ms * t.Ms),
        Blocks = timings.Sum(t => t.Blocks),
    };

    private sealed record Probe(ProbePlan Plan, IReadOnlyList<ProbeDraw> Draws, IReadOnlyList<ProbeTiming> Before)
    {
        public IReadOnlyList<ProbeTiming>? After { get; init; }
    }
}
