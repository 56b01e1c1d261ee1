using Almanac.Model;
using Almanac.Observe;
using NodaTime;

namespace Almanac.Flows;

/// <summary>What a tuning run saw: the snapshot now, the one its window starts with, and the workload between them.</summary>
internal sealed record TuneObservation
{
    public required ServerSnapshot Now { get; init; }

    /// <summary>The start of the window; null when it reaches back to the counters' reset.</summary>
    public ServerSnapshot? Earlier { get; init; }
    public required Workload Workload { get; init; }
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// Takes a snapshot and forms the workload: since the first snapshot after the last change, because what statements cost before it
    /// is history; since the counters' reset where nothing was changed yet.
    /// </summary>
    public static async Task<TuneObservation> ReadAsync(
        SnapshotCollector collector, SnapshotStore? store, IReadOnlyList<ChangeState> history, CancellationToken cancellation)
    {
        var now = await collector.CollectAsync(cancellation);
        if (now.Statements is null)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                "The extension pg_stat_statements is missing in this database, so there is no workload to observe.",
                "Add it to shared_preload_libraries, restart, and run: CREATE EXTENSION pg_stat_statements;");
        }

        var earlier = store is null ? null : await EarlierAsync(store, now, history, cancellation);
        var ids = now.Statements.Select(s => s.Key.QueryId).Distinct().ToList();
        var unseen = ids.Where(id => !collector.Known.ContainsKey(id)).ToList();
        var texts = collector.Known.Where(k => k.Value is not null).ToDictionary(k => k.Key, k => k.Value!);
        if (unseen.Count > 0)
        {
            foreach (var (id, text) in await collector.TextsAsync(unseen, cancellation))
            {
                texts[id] = text;
            }
        }

        var workload = SnapshotDifference.Between(earlier, now, texts);
        return new TuneObservation
        {
            Now = now,
            Earlier = earlier,
            Workload = workload,
            Notes = [.. workload.Gaps.GroupBy(g => g.Cause).Select(g => $"{g.Count()} gap(s) in the observed window: {g.Key}.")],
        };
    }

    private static async Task<ServerSnapshot?> EarlierAsync(
        SnapshotStore store, ServerSnapshot now, IReadOnlyList<ChangeState> history, CancellationToken cancellation)
    {
        var changed = history.Select(h => h.RolledBackAt ?? h.VerifiedAt ?? h.AppliedAt).Where(at => at is not null).DefaultIfEmpty(null).Max();
        if (changed is not { } last)
        {
            return null;
        }

        var taken = await store.TakenAsync(now.Server.Target, last, now.TakenAt, cancellation);
        return taken.Count == 0 ? null : await store.AtAsync(now.Server.Target, taken[0], cancellation);
    }
}
