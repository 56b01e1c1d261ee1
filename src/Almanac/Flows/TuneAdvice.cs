using Almanac.Advise;
using Almanac.Advise.Indexes;
using Almanac.Advise.Settings;
using Almanac.Advise.Unused;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Flows;

/// <summary>All advice for one run, in the order in which it should be carried out.</summary>
internal sealed record TuneAdvice
{
    // Rejected by measurement: not proposed again for a season's length, unless somebody asks for it by its id.
    private static readonly Duration Remembered = Duration.FromDays(30);

    public required IReadOnlyList<ProposedChange> Changes { get; init; }
    public IReadOnlyList<ProbePlan> Probes { get; init; } = [];
    public IReadOnlyList<string> Notes { get; init; } = [];
    public int ExplainCalls { get; init; }

    /// <summary>Asks the advisors, or takes what was given.</summary>
    public static async Task<TuneAdvice> AskAsync(
        TuneRequest request, TuneObservation observed, IReadOnlyList<ChangeState> history, CancellationToken cancellation)
    {
        if (request.Given.Count > 0)
        {
            return new TuneAdvice { Changes = request.Given };
        }

        await using var reader = await PostgresReader.OpenAsync(request.Target, "advise", cancellation);
        var catalog = await CatalogReader.ReadAsync(reader, cancellation);
        await using var whatIf = await WhatIfReader.OpenAsync(request.Target, null, cancellation);
        var rejected = history.Where(h => h.RolledBackAt > observed.Now.TakenAt - Remembered).Select(h => h.ChangeId).ToHashSet(StringComparer.Ordinal);

        // Since the counters' reset the tables were also filled, by COPY perhaps; only a window of our own counts rows that come every day.
        var writes = observed.Earlier is null ? null : TableWrites.Between(observed.Earlier, observed.Now);
        var target = observed.Now.Server.Target;
        var indexes = await IndexAdvisor.AdviseAsync(
            new AdviseInput { Target = target, Catalog = catalog, Workload = observed.Workload, Writes = writes, RecentlyRejected = rejected },
            whatIf, request.Limits, cancellation);
        var drops = UnusedIndexAdvisor.Advise(new UnusedIndexInput
        {
            Target = target,
            Catalog = catalog,
            Now = observed.Now.TakenAt,
            CountersSince = observed.Now.Server.StatsResetAt ?? observed.Now.Server.StartedAt,
            Writes = writes ?? TableWrites.Between(null, observed.Now),
            RecentlyRejected = rejected,
        });
        var settings = SettingsAdvisor.Advise(new SettingsInput
        {
            Target = target,
            Snapshot = observed.Now,
            Earlier = observed.Earlier,
            Workload = observed.Workload,
            RecentlyRejected = rejected,
        });

        // What serves nobody goes first, what helps comes next; drops that need watching come last, when the new indexes carry the load.
        var invalid = drops.Changes.Where(IsInvalid).ToList();
        return new TuneAdvice
        {
            Changes = [.. invalid.Concat(indexes.Changes).Concat(settings.Changes).Concat(drops.Changes.Where(c => !IsInvalid(c))).Where(request.Only)],
            Probes = request.Probe ? await ProbesAsync(observed.Workload, indexes.Changes, catalog, whatIf, cancellation) : [],
            Notes = [.. indexes.Notes, .. drops.Notes, .. settings.Notes],
            ExplainCalls = whatIf.ExplainCalls,
        };
    }

    private static bool IsInvalid(ProposedChange change) => change.Operation is DropIndexSpec { Invalid: true };

    // A statement can be probed when every parameter is compared with a column, whose statistics then give the constants.
    private static async Task<IReadOnlyList<ProbePlan>> ProbesAsync(
        Workload workload, IReadOnlyList<ProposedChange> changes, Catalog catalog, WhatIfReader whatIf, CancellationToken cancellation)
    {
        var gaining = changes.SelectMany(c => c.Gains).ToHashSet();
        var seconds = workload.From is { } from ? (workload.To - from).TotalSeconds : 0;
        var probes = new List<ProbePlan>();
        foreach (var statement in workload.Statements.Where(s => s.Kind is StatementKind.Select && gaining.Contains(s.QueryId)))
        {
            var prepared = await whatIf.PrepareAsync(statement, cancellation);
            if (prepared is not { Statement: { } plannable, Plan: { } plan })
            {
                continue;
            }

            var columns = PlanConditions.Read(plan.Plan, catalog).ParameterColumns.GroupBy(c => c.Number).ToDictionary(g => g.Key, g => g.First());
            if (Enumerable.Range(1, plannable.ParameterTypes.Count).All(columns.ContainsKey))
            {
                probes.Add(new ProbePlan
                {
                    QueryId = statement.QueryId,
                    Text = plannable.Text,
                    ParameterTypes = plannable.ParameterTypes,
                    Columns = [.. Enumerable.Range(1, plannable.ParameterTypes.Count).Select(n => new ProbeColumn(columns[n].Schema, columns[n].Table, columns[n].Column))],
                    CallsPerSecond = seconds > 0 ? statement.Calls / seconds : 0,
                });
            }
        }

        return probes;
    }
}
