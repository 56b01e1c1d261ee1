using Almanac.Model;
using Almanac.Observe;
using Almanac.Store;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Observe;

public sealed class SnapshotStoreTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Instant Noon = Instant.FromUtc(2027, 3, 1, 12, 0);
    private static readonly Dictionary<long, string?> NoTexts = [];

    [Fact]
    public async Task A_real_snapshot_reads_back_as_it_was_taken()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("create table guests (id int primary key, name text); insert into guests values (1, 'a'); vacuum analyze guests".Split(';')[0]);
        await database.ExecuteAsync("vacuum analyze guests");
        await using var opened = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var store = new SnapshotStore(opened);
        await using var collector = new SnapshotCollector(database.Target);
        var taken = await collector.CollectAsync(None);
        await store.SaveAsync(taken, collector.Known, None);

        var read = (await new SnapshotStore(opened).LatestAsync(taken.Server.Target, null, None)).ShouldNotBeNull();

        ShouldBeSame(read, taken);
        read.Statements!.Count.ShouldBeGreaterThan(0);
        read.Relations.ShouldHaveSingleItem().LastVacuum.ShouldNotBeNull();
        (await store.TextsAsync(taken.Server.Target, None)).Where(t => t.Value is not null).ShouldBe(collector.Known.Where(t => t.Value is not null && taken.Statements!.Any(s => s.Key.QueryId == t.Key)), ignoreOrder: true);
    }

    [Fact]
    public async Task A_series_is_put_together_from_what_changed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var opened = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var store = new SnapshotStore(opened);
        ServerSnapshot[] series =
        [
            Snapshot(Noon, Statement(1, 10), Statement(2, 10), Statement(3, 10)),
            Snapshot(Noon + Duration.FromMinutes(1), Statement(1, 11), Statement(2, 10), Statement(3, 10)),
            Snapshot(Noon + Duration.FromMinutes(2), Statement(1, 11), Statement(3, 10)),
            Snapshot(Noon + Duration.FromMinutes(3), Statement(1, 12), Statement(2, 1), Statement(3, 10), Statement(4, 1)),
            Snapshot(Noon + Duration.FromMinutes(70), Statement(1, 12), Statement(2, 1), Statement(4, 2)),
            Snapshot(Noon + Duration.FromHours(13), Statement(1, 12), Statement(4, 2)),
            Snapshot(Noon + Duration.FromHours(13) + Duration.FromMinutes(1), Statement(1, 12), Statement(4, 3)),
        ];
        foreach (var snapshot in series)
        {
            await store.SaveAsync(snapshot, NoTexts, None);
        }

        foreach (var snapshot in series)
        {
            ShouldBeSame((await store.AtAsync("7/db", snapshot.TakenAt, None)).ShouldNotBeNull(), snapshot);
        }

        // Three full sets (noon, the next hour, the next day) of 3, 3 and 2 rows, and 1 + 1 + 3 + 1 changed ones.
        (await opened.ScalarAsync<int>("select count(*)::int from almanac.observe_statement", null, None)).ShouldBe(3 + 1 + 1 + 3 + 3 + 2 + 1);
        (await store.TakenAsync("7/db", Noon, Noon + Duration.FromHours(1), None)).ShouldBe(series.Take(4).Select(s => s.TakenAt));
    }

    [Fact]
    public async Task The_newest_is_found_within_its_limits_and_databases_are_kept_apart()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var opened = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var store = new SnapshotStore(opened);
        (await store.LatestAsync("7/db", null, None)).ShouldBeNull();
        await store.SaveAsync(Snapshot(Noon, Statement(1, 1)), NoTexts, None);
        await store.SaveAsync(Snapshot(Noon + Duration.FromMinutes(5), Statement(1, 2)), NoTexts, None);
        var other = Snapshot(Noon + Duration.FromMinutes(9), Statement(1, 99));
        await store.SaveAsync(other with { Server = other.Server with { Database = "a/b" } }, NoTexts, None);

        (await store.LatestAsync("7/db", null, None)).ShouldNotBeNull().Statements![0].Calls.ShouldBe(2);
        (await store.LatestAsync("7/db", Noon + Duration.FromMinutes(6), None)).ShouldBeNull();
        (await store.LatestAsync("7/a/b", null, None)).ShouldNotBeNull().Statements![0].Calls.ShouldBe(99);
        (await store.AtAsync("7/db", Noon + Duration.FromMinutes(4), None)).ShouldNotBeNull().Statements![0].Calls.ShouldBe(1);
        (await store.AtAsync("7/db", Noon - Duration.FromMinutes(4), None)).ShouldBeNull();
    }

    [Fact]
    public async Task Days_are_partitions_made_ahead_and_dropped_after_the_retention()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var opened = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var texts = new Dictionary<long, string?> { [1] = "select 1" };
        await new SnapshotStore(opened).SaveAsync(Snapshot(Noon, Statement(1, 1)), texts, None);
        (await Partitions(opened)).ShouldBe(["20270301", "20270302"]);
        await new SnapshotStore(opened).SaveAsync(Snapshot(Noon + Duration.FromDays(35), Statement(2, 1)), NoTexts, None);
        (await Partitions(opened)).ShouldBe(["20270301", "20270302", "20270405", "20270406"]);
        (await new SnapshotStore(opened).TextsAsync("7/db", None)).Keys.ShouldBe([1L]);

        await new SnapshotStore(opened).SaveAsync(Snapshot(Noon + Duration.FromDays(36), Statement(2, 1)), NoTexts, None);
        (await Partitions(opened)).ShouldBe(["20270302", "20270405", "20270406", "20270407"]);
        (await new SnapshotStore(opened).TextsAsync("7/db", None)).ShouldBeEmpty();
        (await new SnapshotStore(opened).AtAsync("7/db", Noon, None)).ShouldBeNull();
    }

    [Fact]
    public async Task Observers_in_several_processes_share_one_store()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None)));
        await Task.WhenAll(opened.SelectMany((one, process) => Enumerable.Range(0, 3).Select(
            i => new SnapshotStore(one).SaveAsync(Snapshot(Noon + Duration.FromDays(i) + Duration.FromSeconds(process), Statement(1, 10 + i)), NoTexts, None))));
        await Task.WhenAll(opened.Select(one => new SnapshotStore(one).SaveAsync(Snapshot(Noon, Statement(1, 10)), NoTexts, None)));

        (await opened[0].ScalarAsync<int>("select count(*)::int from almanac.observe_snapshot", null, None)).ShouldBe(12);
        (await opened[0].ScalarAsync<int>("select count(*)::int from almanac.observe_statement", null, None)).ShouldBe(12);
        foreach (var one in opened)
        {
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task Literals_never_reach_the_store_even_if_the_caller_forgot_to_redact()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var opened = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var texts = new Dictionary<long, string?> { [1] = "select * from a where card = '4111111111111111' or card = 4111111111111111", [2] = null };
        await new SnapshotStore(opened).SaveAsync(Snapshot(Noon, Statement(1, 1)), texts, None);
        var stored = await new SnapshotStore(opened).TextsAsync("7/db", None);
        stored[1].ShouldBe("select * from a where card = ? or card = ?");
        stored[2].ShouldBeNull();
    }

    private static async Task<IReadOnlyList<string>> Partitions(AlmanacDatabase store)
        => await store.QueryAsync<string>(
            "select right(c.relname, 8) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'almanac.observe_statement'::regclass order by 1", null, None);

    // Records compare their lists by reference: the lists are compared by content, then the rest as a record.
    private static void ShouldBeSame(ServerSnapshot read, ServerSnapshot taken)
    {
        read.Statements.ShouldBe(taken.Statements, ignoreOrder: true);
        read.Relations.ShouldBe(taken.Relations, ignoreOrder: true);
        read.Indexes.ShouldBe(taken.Indexes, ignoreOrder: true);
        read.Settings.ShouldBe(taken.Settings);
        read.Replication.ShouldBe(taken.Replication);
        (read with { Statements = null, Relations = [], Indexes = [], Settings = [], Replication = [] })
            .ShouldBe(taken with { Statements = null, Relations = [], Indexes = [], Settings = [], Replication = [] });
    }

    private static StatementCounters Statement(long queryId, long calls) => new()
    {
        Key = new StatementKey(10, queryId, true),
        Calls = calls,
        TotalMs = calls * 1.5,
        StdDevMs = 0.25,
        Rows = calls,
        SharedHit = calls * 3,
        SharedRead = calls,
        SharedDirtied = 1,
        TempRead = 2,
        TempWritten = 3,
        WalBytes = calls * 100,
    };

    private static ServerSnapshot Snapshot(Instant at, params StatementCounters[] statements) => new()
    {
        TakenAt = at,
        Server = new ServerIdentity
        {
            SystemIdentifier = "7",
            Database = "db",
            DatabaseOid = 5,
            VersionNumber = 150018,
            InRecovery = false,
            StartedAt = Noon - Duration.FromDays(1),
            StatementsResetAt = Noon - Duration.FromHours(1),
        },
        Statements = statements,
        Indexes = [new IndexCounters { Oid = 4, TableOid = 3, Name = "i", Bytes = 8192, Scans = 1, Valid = true }],
        Activity = new ActivityCounts(1, 2, 0, 0, 0.5),
        Database = new DatabaseCounters
        {
            Bytes = 1, Commits = 2, Rollbacks = 3, BlocksHit = 4, BlocksRead = 5, TempFiles = 6, TempBytes = 7, Deadlocks = 8,
            WalRecords = 9, WalBytes = 10, CheckpointsTimed = 11, CheckpointsRequested = 12, BuffersCheckpoint = 13, BuffersBackend = 14,
        },
        Locks = new LockCounts(0, 0),
    };
}
