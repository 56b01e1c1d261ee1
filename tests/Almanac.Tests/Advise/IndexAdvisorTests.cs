using Almanac.Advise;
using Almanac.Advise.Indexes;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Advise;

public sealed class IndexAdvisorTests
{
    [Fact]
    public async Task Measured_time_decides_and_not_the_planner_cost()
    {
        // The second statement looks just as dear to the planner, and hardly runs.
        var advice = await AdviseAsync([Statement(1, "a", 1000, 10_000), Statement(2, "b", 3, 20)]);

        Keys(advice).ShouldBe(["a"]);
        advice.Changes[0].Gains.ShouldBe([1]);
        advice.Changes[0].Estimate.SavedMs.ShouldBe(8_750, 1);
        advice.Changes[0].Estimate.Duration.ShouldBeGreaterThanOrEqualTo(Duration.FromSeconds(5));
        advice.StatementsLeftOut.ShouldBe(1);
    }

    [Fact]
    public async Task One_index_serves_what_two_would()
    {
        var advice = await AdviseAsync([Statement(1, "a", 1000, 10_000), Statement(2, "a b", 1000, 10_000)]);

        Keys(advice).ShouldBe(["a, b"]);
        advice.Changes[0].Gains.ShouldBe([1, 2], ignoreOrder: true);
    }

    [Fact]
    public async Task Statement_that_is_fast_already_gets_no_index() => (await AdviseAsync([Statement(1, "a", 1_000_000, 20_000)])).Changes.ShouldBeEmpty();

    [Fact]
    public async Task Small_difference_in_planner_cost_is_noise()
        => (await AdviseAsync([Statement(1, "a", 1000, 10_000)], cost: (_, _) => 85)).Changes.ShouldBeEmpty();

    [Fact]
    public async Task Utility_statements_are_not_considered()
    {
        var advice = await AdviseAsync([Statement(1, "VACUUM", 10, 10_000) with { Kind = StatementKind.Utility }]);

        advice.StatementsConsidered.ShouldBe(0);
        advice.ExplainCalls.ShouldBe(0);
    }

    [Fact]
    public async Task Writes_are_taken_from_the_counters_and_weighed()
    {
        WorkloadStatement[] reads = [Statement(1, "a", 1000, 10_000)];
        var few = new Dictionary<uint, TableWrites> { [100] = new(1000, 0, 0, 0) };
        var many = new Dictionary<uint, TableWrites> { [100] = new(10_000_000, 0, 0, 0) };

        (await AdviseAsync(reads, few)).Changes[0].Estimate.WriteOverheadMs.ShouldBeInRange(1, 10);
        var refused = await AdviseAsync(reads, many);

        refused.Changes.ShouldBeEmpty();
        refused.Rejected.ShouldContain(r => r.Reason.Contains("on writes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explains_stay_within_their_cap()
    {
        var whatIf = new ScriptedWhatIf(1000, Cost);
        var advice = await AdviseAsync([Statement(1, "a b c d", 1000, 10_000), Statement(2, "d c", 1000, 10_000)], whatIf: whatIf);

        advice.ExplainCalls.ShouldBeLessThanOrEqualTo(2 * new AdviseLimits().ExplainsPerStatement);
        advice.Changes.ShouldNotBeEmpty();
    }

    [Fact]
    public void Counters_that_were_reset_count_from_zero()
        => Writes(earlier: 500, later: 30).Inserts.ShouldBe(30);

    [Fact]
    public void Counters_count_the_window() => Writes(earlier: 500, later: 530).Inserts.ShouldBe(30);

    private static TableWrites Writes(long earlier, long later) => TableWrites.Between(Snapshot(earlier), Snapshot(later))[7];

    private static ServerSnapshot Snapshot(long inserts) => new()
    {
        TakenAt = Instant.FromUtc(2027, 1, 1, 0, 0),
        Server = Server,
        Activity = new ActivityCounts(0, 0, 0, 0, 0),
        Locks = new LockCounts(0, 0),
        Database = new DatabaseCounters
        {
            Bytes = 0, Commits = 0, Rollbacks = 0, BlocksHit = 0, BlocksRead = 0, TempFiles = 0, TempBytes = 0, Deadlocks = 0, WalRecords = 0, WalBytes = 0,
            CheckpointsTimed = 0, CheckpointsRequested = 0, BuffersCheckpoint = 0, BuffersBackend = 0,
        },
        Relations =
        [
            new RelationCounters
            {
                Oid = 7, Schema = "public", Name = "t", Bytes = 0, RowEstimate = 0, SeqScans = 0, SeqRows = 0, IndexScans = 0, Inserts = inserts, Updates = 0, HotUpdates = 0, Deletes = 0,
                LiveRows = 0, DeadRows = 0, FrozenXidAge = 0,
            },
        ],
    };

    private static ServerIdentity Server => new() { SystemIdentifier = "1", Database = "db", DatabaseOid = 1, VersionNumber = 150000, InRecovery = false, StartedAt = Instant.FromUtc(2027, 1, 1, 0, 0) };

    // An index is the cheaper, the more of its leading keys are compared.
    private static double? Cost(string columns, IReadOnlyList<string> keys)
    {
        var matched = keys.TakeWhile(k => columns.Split(' ').Contains(k)).Count();
        return matched == 0 ? null : 100.0 / Math.Pow(8, matched);
    }

    private static Task<IndexAdvice> AdviseAsync(
        WorkloadStatement[] statements, IReadOnlyDictionary<uint, TableWrites>? writes = null, Func<string, IReadOnlyList<string>, double?>? cost = null, ScriptedWhatIf? whatIf = null)
    {
        var catalog = new CatalogBuilder().Table("t", 100_000, CatalogBuilder.Column("a"), CatalogBuilder.Column("b"), CatalogBuilder.Column("c"), CatalogBuilder.Column("d"));
        var input = new AdviseInput
        {
            Target = "1/db",
            Catalog = catalog.Build(),
            Workload = new Workload { Server = Server, To = Instant.FromUtc(2027, 1, 1, 1, 0), Statements = statements },
            Writes = writes,
        };
        return IndexAdvisor.AdviseAsync(input, whatIf ?? new ScriptedWhatIf(100, cost ?? Cost), new AdviseLimits(), CancellationToken.None);
    }

    private static WorkloadStatement Statement(long id, string columns, long calls, double totalMs) => new()
    {
        QueryId = id, Text = columns, Kind = StatementKind.Select, Calls = calls, TotalMs = totalMs, SumOfSquaresMs2 = 0, Rows = calls, SharedHit = 0, SharedRead = 0, TempWritten = 0, WalBytes = 0,
    };

    private static List<string> Keys(IndexAdvice advice) => [.. advice.Changes.Select(c => string.Join(", ", ((CreateIndexSpec)c.Operation).Keys))];
}
