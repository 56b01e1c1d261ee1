using System.Runtime.InteropServices;
using NodaTime;

namespace Almanac.Model;

/// <summary>
/// What a database did between two snapshots. Counters that started again are counted from there, and what cannot be known
/// is a gap: no number is ever negative or invented.
/// </summary>
public static class SnapshotDifference
{
    /// <summary>The workload between the two snapshots, statement by statement (users added up), most time first.</summary>
    /// <param name="earlier">The start of the window; null counts since the counters were last reset.</param>
    /// <param name="later">The end of the window.</param>
    /// <param name="texts">Redacted texts by queryid; a statement without one keeps its numbers and has an empty text of kind Utility.</param>
    public static Workload Between(ServerSnapshot? earlier, ServerSnapshot later, IReadOnlyDictionary<long, string> texts)
    {
        if (earlier is not null && AnotherServer(earlier, later))
        {
            return new Workload
            {
                Server = later.Server,
                From = earlier.TakenAt,
                To = later.TakenAt,
                Statements = [],
                Gaps = [new ObservationGap(GapCause.ServerChanged, earlier.TakenAt, later.TakenAt)],
            };
        }

        var gaps = earlier is null ? [] : WholeServer(earlier, later).ToList();
        var reset = earlier is not null && StatementsWereReset(earlier, later);
        var before = earlier is null || reset ? [] : (earlier.Statements ?? []).ToDictionary(s => s.Key);
        var totals = new Dictionary<long, StatementCounts>();
        foreach (var statement in later.Statements ?? [])
        {
            var delta = StatementCounts.Of(statement);
            if (before.Remove(statement.Key, out var previous))
            {
                if (Fell(previous, statement))
                {
                    gaps.Add(Gap(earlier!, later, statement.Key.QueryId));
                }
                else
                {
                    delta = delta.Minus(StatementCounts.Of(previous));
                }
            }

            totals[statement.Key.QueryId] = totals.GetValueOrDefault(statement.Key.QueryId).Plus(delta);
        }

        // What vanished was evicted or reset by itself; what it did since the earlier snapshot nobody knows.
        if (later.Statements is not null)
        {
            gaps.AddRange(before.Keys.Select(key => key.QueryId).Distinct().Order().Select(queryId => Gap(earlier!, later, queryId)));
        }

        return new Workload
        {
            Server = later.Server,
            From = earlier?.TakenAt,
            To = later.TakenAt,
            Statements = [.. totals.Where(t => t.Value.Calls > 0).Select(t => Statement(t.Key, t.Value, texts)).OrderByDescending(s => s.TotalMs).ThenBy(s => s.QueryId)],
            Gaps = gaps,
        };
    }

    // Another cluster or database; or, after a failover, another node of the same cluster, whose counters have run since
    // before the window and say nothing about it.
    private static bool AnotherServer(ServerSnapshot earlier, ServerSnapshot later)
        => earlier.Server.SystemIdentifier != later.Server.SystemIdentifier
            || earlier.Server.DatabaseOid != later.Server.DatabaseOid
            || (later.Server.StartedAt != earlier.Server.StartedAt && later.Server.StartedAt <= earlier.TakenAt)
            || (later.Server.StatementsResetAt is { } resetAt && earlier.Server.StatementsResetAt is { } before && resetAt != before && resetAt <= earlier.TakenAt);

    private static bool StatementsWereReset(ServerSnapshot earlier, ServerSnapshot later)
        => earlier.Server.StatementsResetAt is { } before && later.Server.StatementsResetAt is { } after && after != before;

    private static IEnumerable<ObservationGap> WholeServer(ServerSnapshot earlier, ServerSnapshot later)
    {
        if (earlier.Statements is null || later.Statements is null)
        {
            yield return new ObservationGap(GapCause.CollectorAbsent, earlier.TakenAt, later.TakenAt);
        }

        if (later.Server.StartedAt != earlier.Server.StartedAt)
        {
            yield return new ObservationGap(GapCause.ServerRestarted, earlier.TakenAt, Within(later.Server.StartedAt, earlier, later));
        }

        if (StatementsWereReset(earlier, later))
        {
            yield return new ObservationGap(GapCause.CountersReset, earlier.TakenAt, Within(later.Server.StatementsResetAt!.Value, earlier, later));
        }
        else if (later.StatementsEvicted > earlier.StatementsEvicted)
        {
            yield return new ObservationGap(GapCause.StatementEvicted, earlier.TakenAt, later.TakenAt);
        }
    }

    private static ObservationGap Gap(ServerSnapshot earlier, ServerSnapshot later, long queryId) => new(
        later.StatementsEvicted > earlier.StatementsEvicted ? GapCause.StatementEvicted : GapCause.CountersReset,
        earlier.TakenAt,
        later.TakenAt,
        queryId);

    private static Instant Within(Instant at, ServerSnapshot earlier, ServerSnapshot later)
        => Instant.Max(earlier.TakenAt, Instant.Min(at, later.TakenAt));

    // Any counter that fell proves a new entry under the old key, whatever the others did.
    private static bool Fell(StatementCounters before, StatementCounters after)
        => after.Calls < before.Calls
            || after.TotalMs < before.TotalMs
            || after.Rows < before.Rows
            || after.SharedHit < before.SharedHit
            || after.SharedRead < before.SharedRead
            || after.SharedDirtied < before.SharedDirtied
            || after.TempRead < before.TempRead
            || after.TempWritten < before.TempWritten
            || after.WalBytes < before.WalBytes;

    private static WorkloadStatement Statement(long queryId, StatementCounts counts, IReadOnlyDictionary<long, string> texts)
    {
        var text = texts.GetValueOrDefault(queryId, string.Empty);
        return new WorkloadStatement
        {
            QueryId = queryId,
            Text = text,
            Kind = SqlText.KindOf(text),
            Calls = counts.Calls,
            TotalMs = counts.TotalMs,
            SumOfSquaresMs2 = counts.SumOfSquaresMs2,
            Rows = counts.Rows,
            SharedHit = counts.SharedHit,
            SharedRead = counts.SharedRead,
            TempWritten = counts.TempWritten,
            WalBytes = counts.WalBytes,
        };
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct StatementCounts(
        long Calls, double TotalMs, double SumOfSquaresMs2, long Rows, long SharedHit, long SharedRead, long TempWritten, long WalBytes)
    {
        public static StatementCounts Of(StatementCounters s)
            => new(s.Calls, s.TotalMs, s.SumOfSquaresMs2, s.Rows, s.SharedHit, s.SharedRead, s.TempWritten, s.WalBytes);

        public StatementCounts Plus(StatementCounts other) => new(
            Calls + other.Calls,
            TotalMs + other.TotalMs,
            SumOfSquaresMs2 + other.SumOfSquaresMs2,
            Rows + other.Rows,
            SharedHit + other.SharedHit,
            SharedRead + other.SharedRead,
            TempWritten + other.TempWritten,
            WalBytes + other.WalBytes);

        public StatementCounts Minus(StatementCounts earlier)
        {
            var (calls, total) = (Calls - earlier.Calls, TotalMs - earlier.TotalMs);

            // The squares come from rounded deviations; their sum is at least that of equal times (Cauchy-Schwarz).
            var least = calls == 0 ? 0 : total * total / calls;
            return new(
                calls,
                total,
                Math.Max(SumOfSquaresMs2 - earlier.SumOfSquaresMs2, least),
                Rows - earlier.Rows,
                SharedHit - earlier.SharedHit,
                SharedRead - earlier.SharedRead,
                TempWritten - earlier.TempWritten,
                WalBytes - earlier.WalBytes);
        }
    }
}
