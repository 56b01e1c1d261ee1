using Almanac.Embedded;
using Almanac.IntegrationTests.Store;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Observe;
using Almanac.Store;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Observe;

public sealed class SnapshotReaderTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Statements_relations_and_indexes_are_counted()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await RunAsync(database.Private, "create schema app; create table app.guests (id int primary key, name text); insert into app.guests select i, 'x' from generate_series(1, 500) i; analyze app.guests");
        await using var collector = new SnapshotCollector(database.Target);
        var before = await collector.CollectAsync(None);
        await using (var session = await database.OpenScratchAsync())
        {
            for (var i = 0; i < 5; i++)
            {
                await session.ScalarAsync<long>("select count(*) from app.guests where name = 'secret'", null, None);
            }

            await session.ExecuteAsync("select pg_stat_force_next_flush()", None);
        }

        var after = await collector.CollectAsync(None);

        after.Server.InRecovery.ShouldBeFalse();
        after.Server.VersionNumber.ShouldBeGreaterThan(150000);
        after.Server.Database.ShouldBe(database.Target.Database);
        var guests = after.Relations.ShouldHaveSingleItem();
        (guests.Schema, guests.Name, guests.RowEstimate, guests.Inserts).ShouldBe(("app", "guests", 500, 500));
        guests.Bytes.ShouldBeGreaterThanOrEqualTo(3 * 8192);
        guests.SeqScans.ShouldBeGreaterThanOrEqualTo(5);
        after.Indexes.ShouldHaveSingleItem().Name.ShouldBe("guests_pkey");
        after.Settings.ShouldContain(s => s.Name == "shared_buffers" && s.Value == "32768" && s.Unit == "8kB");
        after.Database.Bytes.ShouldBeGreaterThan(1_000_000);

        var texts = await collector.TextsAsync([.. after.Statements!.Select(s => s.Key.QueryId)], None);
        var workload = SnapshotDifference.Between(before, after, texts);
        var counted = workload.Statements.Single(s => s.Text.Contains("app.guests", StringComparison.Ordinal));
        (counted.Text, counted.Calls, counted.Kind).ShouldBe(("select count(*) from app.guests where name = $1", 5, StatementKind.Select));
        counted.TotalMs.ShouldBeGreaterThan(0);
        workload.Gaps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Own_statements_are_left_out_also_for_a_role_that_may_only_monitor()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var monitor = await AlmanacDatabaseTests.RoleAsync(database, "monitor");
        await database.ExecuteAsync($"grant pg_monitor to {monitor.User}; create table t (i int); insert into t values (1)");

        // The store and a reader of another room leave their traces, too.
        await using (var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None))
        {
            await new LedgerStore(store).AppendAsync(LedgerKind.Approved, null, null, new ApprovedPayload("x"), Instant.FromUtc(2027, 1, 1, 0, 0), None);
        }

        await using (var reader = await PostgresReader.OpenAsync(monitor, "advise", None))
        {
            await reader.QueryAsync<string>("select relname::text from pg_class where relname = @name", new { name = "t" }, None);
        }

        await using var collector = new SnapshotCollector(monitor);
        await collector.CollectAsync(None);
        var snapshot = await collector.CollectAsync(None);

        var ids = snapshot.Statements.ShouldNotBeNull().Select(s => s.Key.QueryId).ToList();
        var texts = await collector.TextsAsync(ids, None);
        texts.Count.ShouldBe(ids.Distinct().Count());
        texts.Values.ShouldContain("insert into t values ($1)");
        texts.Values.ShouldNotContain(t => t.Contains("pg_stat", StringComparison.Ordinal) || t.Contains("ledger_entry", StringComparison.Ordinal) || t.Contains("relname", StringComparison.Ordinal));
        texts.Values.ShouldNotContain(t => t.Contains("pg_type", StringComparison.Ordinal), "the driver's own start-up query");
        collector.Known.Values.ShouldContain((string?)null);
    }

    [Fact]
    public async Task Utility_statements_keep_their_tag_and_passwords_go_nowhere()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"create role r_{database.Target.Database} password 'hunter2'");
        await database.ExecuteAsync("create table payments (card text); insert into payments values ('4111111111111111')");
        await using var collector = new SnapshotCollector(database.Target);
        var snapshot = await collector.CollectAsync(None);
        var texts = await collector.TextsAsync([.. snapshot.Statements!.Select(s => s.Key.QueryId)], None);
        texts.Values.ShouldContain("CREATE ROLE");
        texts.Values.ShouldContain("insert into payments values ($1)");
        texts.Values.ShouldNotContain(t => t.Contains("hunter2", StringComparison.Ordinal) || t.Contains("4111", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_that_may_hold_secrets_are_not_read()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync($"alter database {database.Target.Database} set app.jwt_secret = 'hunter2'");
        await using var collector = new SnapshotCollector(database.Target);
        var settings = (await collector.CollectAsync(None)).Settings;
        settings.ShouldNotContain(s => s.Value.Contains("hunter2", StringComparison.Ordinal));
        settings.ShouldNotContain(s => s.Name == "default_transaction_read_only", "this is the session's own");
        settings.ShouldContain(s => s.Name == "shared_preload_libraries");
        settings.ShouldContain(s => s.Name == "work_mem" && s.Source == "default");
    }

    [Fact]
    public async Task Without_the_extension_everything_else_is_still_read()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop extension pg_stat_statements; create table t (i int)");
        await using var collector = new SnapshotCollector(database.Target);
        var snapshot = await collector.CollectAsync(None);
        snapshot.Statements.ShouldBeNull();
        snapshot.Relations.ShouldHaveSingleItem().Name.ShouldBe("t");
        (await collector.TextsAsync([1], None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_extension_may_live_in_any_schema()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("drop extension pg_stat_statements; create schema \"Odd one\"; create extension pg_stat_statements schema \"Odd one\"");
        await using var collector = new SnapshotCollector(database.Target);
        (await collector.CollectAsync(None)).Statements.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_table_that_somebody_has_locked_does_not_stop_the_tick()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("create table busy (i int primary key); insert into busy select generate_series(1, 5000); analyze busy");
        await using var holder = await database.OpenScratchAsync();
        await holder.ExecuteAsync("begin; lock table busy in access exclusive mode", None);
        await using var waiter = await database.OpenScratchAsync();
        var waiting = waiter.ExecuteAsync("select count(*) from busy", None);
        await using var collector = new SnapshotCollector(database.Target);

        var snapshot = await collector.CollectAsync(None);
        while (snapshot.Locks.Waiting == 0)
        {
            snapshot = await collector.CollectAsync(None);
        }

        snapshot.Relations.ShouldHaveSingleItem().Bytes.ShouldBeGreaterThan(8192);
        snapshot.Locks.Waiting.ShouldBe(1);
        await holder.ExecuteAsync("rollback", None);
        await waiting;
    }

    [Fact]
    public async Task New_statements_are_held_back_until_their_text_may_be_read()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("create table t (i int); insert into t values (1)");
        await using var collector = new SnapshotCollector(database.Target) { Intervals = new SnapshotIntervals { Texts = Duration.FromHours(1) } };
        (await collector.CollectAsync(None)).Statements!.Count.ShouldBeGreaterThan(0);
        await database.ExecuteAsync("delete from t where i = 5");

        var heldBack = await collector.CollectAsync(None);
        (await collector.TextsAsync([.. heldBack.Statements!.Select(s => s.Key.QueryId)], None)).Values.ShouldNotContain("delete from t where i = $1");

        await using var fresh = new SnapshotCollector(database.Target);
        fresh.Know(collector.Known);
        var counted = await fresh.CollectAsync(None);
        (await fresh.TextsAsync([.. counted.Statements!.Select(s => s.Key.QueryId)], None)).Values.ShouldContain("delete from t where i = $1");
    }

    [Fact]
    public async Task Sizes_and_settings_are_repeated_until_they_are_due_and_new_relations_have_the_planners_size()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("create table t (i int)");
        await using var rarely = new SnapshotCollector(database.Target) { Intervals = new SnapshotIntervals { Slow = Duration.FromHours(1) } };
        await using var always = new SnapshotCollector(database.Target);
        var first = await rarely.CollectAsync(None);
        await always.CollectAsync(None);
        await RunAsync(database.Private, "insert into t select generate_series(1, 10000); create table fresh (i int); insert into fresh select generate_series(1, 10000); analyze fresh");

        var repeated = await rarely.CollectAsync(None);
        var exact = await always.CollectAsync(None);

        repeated.Settings.ShouldBe(first.Settings);
        repeated.Database.Bytes.ShouldBe(first.Database.Bytes);
        repeated.Relations.Single(r => r.Name == "t").Bytes.ShouldBe(0);
        repeated.Relations.Single(r => r.Name == "t").Inserts.ShouldBe(10_000);
        repeated.Relations.Single(r => r.Name == "fresh").Bytes.ShouldBe(45 * 8192);
        exact.Relations.ShouldAllBe(r => r.Bytes > 45 * 8192);
        exact.Database.Bytes.ShouldBeGreaterThan(first.Database.Bytes);
    }

    [Fact]
    public async Task The_session_is_renewed_when_the_server_ended_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var collector = new SnapshotCollector(database.Target);
        await collector.CollectAsync(None);
        await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'almanac/observe' and datname = current_database()");
        (await collector.CollectAsync(None)).Server.Database.ShouldBe(database.Target.Database);
    }

    [Fact]
    public async Task A_reset_an_eviction_and_a_restart_are_gaps_and_never_negative()
    {
        _ = postgres.Cluster;
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedOptions
            {
                Purpose = "test",
                Durable = false,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["pg_stat_statements.max"] = "100", ["shared_buffers"] = "16MB" },
            },
            TimeProvider.System,
            None);
        var target = await cluster.CreateDatabaseAsync("app", None);
        await using var collector = new SnapshotCollector(target.Target);
        await RunAsync(target, "create table t (i int)");
        await RunAsync(target, "select count(*) from t", 9);
        var first = await collector.CollectAsync(None);

        await RunAsync(target, "select pg_stat_statements_reset()");
        await RunAsync(target, "select count(*) from t", 4);
        var afterReset = await collector.CollectAsync(None);
        var workload = await BetweenAsync(collector, first, afterReset);
        workload.Statements.Single(s => s.Text == "select count(*) from t").Calls.ShouldBe(4);
        workload.Gaps.ShouldHaveSingleItem().Cause.ShouldBe(GapCause.CountersReset);

        // More distinct statements than there are entries push the rare ones out.
        for (var i = 0; i < 150; i++)
        {
            await RunAsync(target, $"select {string.Join(", ", Enumerable.Repeat("1", i + 2))}");
        }

        await RunAsync(target, "select count(*) from t", 2);
        var afterEviction = await collector.CollectAsync(None);
        afterEviction.StatementsEvicted.ShouldBeGreaterThan(0);
        workload = await BetweenAsync(collector, afterReset, afterEviction);
        workload.Statements.ShouldAllBe(s => s.Calls > 0 && s.TotalMs >= 0 && s.Rows >= 0);
        workload.Gaps.ShouldContain(g => g.Cause == GapCause.StatementEvicted && g.QueryId == null);

        await RestartAsync(cluster);
        await RunAsync(target, "select count(*) from t", 3);
        var afterRestart = await collector.CollectAsync(None);
        workload = await BetweenAsync(collector, afterEviction, afterRestart);
        workload.Statements.ShouldAllBe(s => s.Calls > 0 && s.TotalMs >= 0 && s.Rows >= 0);
        workload.Statements.Single(s => s.Text == "select count(*) from t").Calls.ShouldBe(3);
        workload.Gaps.ShouldContain(g => g.Cause == GapCause.ServerRestarted);
    }

    private static async Task<Workload> BetweenAsync(SnapshotCollector collector, ServerSnapshot earlier, ServerSnapshot later)
        => SnapshotDifference.Between(earlier, later, await collector.TextsAsync([.. later.Statements!.Select(s => s.Key.QueryId)], None));

    private static async Task RunAsync(PrivateTarget target, string sql, int times = 1)
    {
        await using var session = await ScratchWriter.OpenAsync(target, "test", None);
        for (var i = 0; i < times; i++)
        {
            await session.ExecuteAsync(sql, None);
        }

        // Otherwise a session's counters of relations appear at some moment after its end.
        await session.ExecuteAsync("select pg_stat_force_next_flush()", None);
    }

    private static async Task RestartAsync(EmbeddedCluster cluster)
    {
        var data = Path.Combine(cluster.Folder, "data");
        var log = Path.Combine(cluster.Folder, "server.log");
        var result = await ServerPrograms.Find().RunAsync("pg_ctl", ["restart", "-m", "fast", "-w", "-D", data, "-l", log], TimeSpan.FromSeconds(60), None);
        result.ExitCode.ShouldBe(0, result.Error);
    }
}
