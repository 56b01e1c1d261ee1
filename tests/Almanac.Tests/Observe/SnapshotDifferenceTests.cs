using Almanac.Model;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Observe;

public sealed class SnapshotDifferenceTests
{
    private static readonly Instant T1 = Instant.FromUtc(2027, 3, 1, 9, 0);
    private static readonly Instant T2 = T1 + Duration.FromMinutes(10);
    private static readonly Dictionary<long, string> Texts = new() { [1] = "select $1", [2] = "update a set b = $1" };

    [Fact]
    public void Without_an_earlier_snapshot_everything_since_the_reset_counts()
    {
        var workload = SnapshotDifference.Between(null, Snapshot(T2, Statement(1, 10, 100)), Texts);
        workload.From.ShouldBeNull();
        workload.To.ShouldBe(T2);
        workload.Gaps.ShouldBeEmpty();
        var statement = workload.Statements.ShouldHaveSingleItem();
        (statement.Calls, statement.TotalMs, statement.Text, statement.Kind).ShouldBe((10, 100, "select $1", StatementKind.Select));
    }

    [Fact]
    public void Counters_that_grew_are_subtracted()
    {
        var workload = Between(Snapshot(T1, Statement(1, 10, 100), Statement(2, 5, 5)), Snapshot(T2, Statement(1, 14, 130), Statement(2, 5, 5)));
        workload.From.ShouldBe(T1);
        workload.Gaps.ShouldBeEmpty();
        var statement = workload.Statements.ShouldHaveSingleItem();
        (statement.QueryId, statement.Calls, statement.TotalMs, statement.Rows).ShouldBe((1, 4, 30, 4));
    }

    [Fact]
    public void Users_of_one_statement_are_added_up()
    {
        var workload = Between(
            Snapshot(T1, Statement(1, 10, 100, user: 10)),
            Snapshot(T2, Statement(1, 12, 110, user: 10), Statement(1, 3, 7, user: 11), Statement(1, 1, 1, user: 11, topLevel: false)));
        var statement = workload.Statements.ShouldHaveSingleItem();
        (statement.Calls, statement.TotalMs).ShouldBe((6, 18));
    }

    [Fact]
    public void The_statement_with_most_time_comes_first()
        => Between(Snapshot(T1), Snapshot(T2, Statement(1, 10, 1), Statement(2, 1, 10))).Statements.Select(s => s.QueryId).ShouldBe([2L, 1L]);

    [Fact]
    public void After_a_reset_the_later_values_count_and_a_gap_is_marked()
    {
        var resetAt = T1 + Duration.FromMinutes(4);
        var later = Snapshot(T2, Statement(1, 50, 500)) with { };
        later = later with { Server = later.Server with { StatementsResetAt = resetAt } };
        var workload = Between(Snapshot(T1, Statement(1, 10, 100), Statement(2, 1, 1)), later);
        workload.Statements.ShouldHaveSingleItem().Calls.ShouldBe(50);
        workload.Gaps.ShouldBe([new ObservationGap(GapCause.CountersReset, T1, resetAt)]);
    }

    [Fact]
    public void A_restart_that_kept_the_counters_is_a_gap_but_loses_no_calls()
    {
        var later = Snapshot(T2, Statement(1, 14, 130));
        later = later with { Server = later.Server with { StartedAt = T1 + Duration.FromMinutes(1) } };
        var workload = Between(Snapshot(T1, Statement(1, 10, 100)), later);
        workload.Statements.ShouldHaveSingleItem().Calls.ShouldBe(4);
        workload.Gaps.ShouldBe([new ObservationGap(GapCause.ServerRestarted, T1, T1 + Duration.FromMinutes(1))]);
    }

    [Fact]
    public void An_evicted_statement_that_came_back_counts_from_its_return()
    {
        var workload = Between(Snapshot(T1, Statement(1, 10, 100)), Snapshot(T2, Statement(1, 3, 20)) with { StatementsEvicted = 7 });
        workload.Statements.ShouldHaveSingleItem().Calls.ShouldBe(3);
        workload.Gaps.ShouldBe([new(GapCause.StatementEvicted, T1, T2), new(GapCause.StatementEvicted, T1, T2, 1)]);
    }

    [Fact]
    public void An_evicted_statement_that_came_back_with_more_calls_is_found_by_its_other_counters()
    {
        var workload = Between(Snapshot(T1, Statement(1, 10, 100)), Snapshot(T2, Statement(1, 30, 60)) with { StatementsEvicted = 1 });
        var statement = workload.Statements.ShouldHaveSingleItem();
        (statement.Calls, statement.TotalMs).ShouldBe((30, 60));
        workload.Gaps.ShouldContain(new ObservationGap(GapCause.StatementEvicted, T1, T2, 1));
    }

    [Fact]
    public void A_statement_that_vanished_is_a_gap_of_its_own()
    {
        var workload = Between(Snapshot(T1, Statement(1, 10, 100)), Snapshot(T2));
        workload.Statements.ShouldBeEmpty();
        workload.Gaps.ShouldBe([new ObservationGap(GapCause.CountersReset, T1, T2, 1)]);
    }

    [Fact]
    public void Another_cluster_or_database_gives_no_numbers_at_all()
    {
        var later = Snapshot(T2, Statement(1, 14, 130));
        ServerIdentity[] others =
        [
            later.Server with { SystemIdentifier = "8" },
            later.Server with { DatabaseOid = 6 },

            // After a failover: the same cluster, but a node whose counters have been running since before the window.
            later.Server with { StatementsResetAt = T1 - Duration.FromHours(9) },
            later.Server with { StartedAt = T1 - Duration.FromHours(9), StatementsResetAt = null },
        ];
        foreach (var other in others)
        {
            var workload = Between(Snapshot(T1, Statement(1, 10, 100)), later with { Server = other });
            workload.Statements.ShouldBeEmpty();
            workload.Gaps.ShouldBe([new ObservationGap(GapCause.ServerChanged, T1, T2)]);
        }
    }

    [Fact]
    public void Without_statement_statistics_there_is_a_gap_and_no_statement()
    {
        var workload = Between(Snapshot(T1, Statement(1, 10, 100)), Snapshot(T2) with { Statements = null });
        workload.Statements.ShouldBeEmpty();
        workload.Gaps.ShouldBe([new ObservationGap(GapCause.CollectorAbsent, T1, T2)]);
    }

    [Fact]
    public void A_statement_without_a_text_keeps_its_numbers()
    {
        var statement = SnapshotDifference.Between(null, Snapshot(T2, Statement(99, 4, 8)), Texts).Statements.ShouldHaveSingleItem();
        (statement.Text, statement.Kind, statement.Calls).ShouldBe((string.Empty, StatementKind.Utility, 4));
    }

    [Fact]
    public void Variance_follows_from_the_sums_of_squares()
    {
        // 2 calls of 10 ms, then 2 calls of 30 ms: afterwards the mean is 20 and the deviation 10.
        var earlier = Snapshot(T1, Statement(1, 2, 20) with { StdDevMs = 0 });
        var later = Snapshot(T2, Statement(1, 4, 80) with { StdDevMs = 10 });
        var statement = Between(earlier, later).Statements.ShouldHaveSingleItem();
        statement.MeanMs.ShouldBe(30);
        statement.SumOfSquaresMs2.ShouldBe(2 * 900, 1e-6);
    }

    [Fact]
    public void No_number_is_ever_negative_whatever_happened_in_between()
    {
        var counters = Gen.Choose(1, 4).SelectMany(id => Gen.Choose(0, 1000), (id, calls) => (id, calls))
            .SelectMany(x => Gen.Choose(0, 1000), (x, ms) => Statement(x.id, x.calls, ms));
        var snapshots = counters.ListOf().SelectMany(_ => Gen.Choose(0, 3), (list, evicted) => Snapshot(T1, [.. list.DistinctBy(s => s.Key)]) with { StatementsEvicted = evicted })
            .SelectMany(_ => Gen.Choose(0, 12), (s, reset) => s with { Server = s.Server with { StatementsResetAt = T1 - Duration.FromMinutes(reset > 6 ? 60 : reset - 3) } });
        var pairs = snapshots.Zip(snapshots, (a, b) => (a, b with { TakenAt = T2 })).ToArbitrary();
        Prop.ForAll(pairs, pair =>
        {
            var workload = Between(pair.Item1, pair.Item2);
            return workload.Statements.All(s =>
                    s.Calls > 0 && s.TotalMs >= 0 && s.SumOfSquaresMs2 >= 0 && s.Rows >= 0 && s.SharedHit >= 0 && s.SharedRead >= 0 && s.TempWritten >= 0 && s.WalBytes >= 0
                    && s.SumOfSquaresMs2 >= (s.TotalMs * s.TotalMs / s.Calls) - 1e-6)
                && workload.Gaps.All(g => g.From >= T1 && g.To <= T2 && g.From <= g.To);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void When_nothing_was_reset_the_differences_of_a_series_add_up_to_its_whole()
    {
        var steps = Gen.Choose(0, 50).SelectMany(_ => Gen.Choose(0, 900), (calls, ms) => (calls, ms: calls == 0 ? 0 : ms)).ListOf().ToArbitrary();
        Prop.ForAll(steps, list =>
        {
            var (calls, ms) = (7L, 70.0);
            var series = new List<ServerSnapshot> { Snapshot(T1, Statement(1, calls, ms)) };
            foreach (var step in list)
            {
                (calls, ms) = (calls + step.calls, ms + step.ms);
                series.Add(Snapshot(T1 + Duration.FromMinutes(series.Count), Statement(1, calls, ms)));
            }

            var parts = series.Zip(series.Skip(1), Between).SelectMany(w => w.Statements).ToList();
            var whole = Between(series[0], series[^1]).Statements;
            return parts.Sum(p => p.Calls) == whole.Sum(w => w.Calls)
                && parts.Sum(p => p.Rows) == whole.Sum(w => w.Rows)
                && Math.Abs(parts.Sum(p => p.TotalMs) - whole.Sum(w => w.TotalMs)) < 1e-6
                && series.Zip(series.Skip(1), Between).All(w => w.Gaps.Count == 0);
        }).Check(FsCheck.Config.QuickThrowOnFailure);
    }

    private static Workload Between(ServerSnapshot earlier, ServerSnapshot later) => SnapshotDifference.Between(earlier, later, Texts);

    internal static StatementCounters Statement(long queryId, long calls, double totalMs, uint user = 10, bool topLevel = true) => new()
    {
        Key = new StatementKey(user, queryId, topLevel),
        Calls = calls,
        TotalMs = totalMs,
        StdDevMs = 0,
        Rows = calls,
        SharedHit = calls * 3,
        SharedRead = calls,
        SharedDirtied = 0,
        TempRead = 0,
        TempWritten = 0,
        WalBytes = calls * 100,
    };

    internal static ServerSnapshot Snapshot(Instant at, params StatementCounters[] statements) => new()
    {
        TakenAt = at,
        Server = new ServerIdentity
        {
            SystemIdentifier = "7",
            Database = "db",
            DatabaseOid = 5,
            VersionNumber = 150018,
            InRecovery = false,
            StartedAt = T1 - Duration.FromDays(1),
            StatementsResetAt = T1 - Duration.FromHours(1),
        },
        Statements = statements,
        Activity = new ActivityCounts(1, 2, 0, 0, 0.5),
        Database = new DatabaseCounters
        {
            Bytes = 1, Commits = 2, Rollbacks = 3, BlocksHit = 4, BlocksRead = 5, TempFiles = 6, TempBytes = 7, Deadlocks = 8,
            WalRecords = 9, WalBytes = 10, CheckpointsTimed = 11, CheckpointsRequested = 12, BuffersCheckpoint = 13, BuffersBackend = 14,
        },
        Locks = new LockCounts(0, 0),
    };
}
