using Almanac.Config;
using Almanac.Embedded;
using Almanac.Load;
using Almanac.Model;
using Almanac.Samples;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.IntegrationTests.Load;

public sealed class LoadTests(PostgresFixture postgres)
{
    [Fact]
    public async Task An_open_loop_run_sends_the_whole_schedule_and_keeps_the_promises()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var world = await WedSyncLoader.LoadAsync(database.Private, 0.005, 42, null, CancellationToken.None);
        var plan = new OpenLoopPlan { Classes = new WedSyncOperations(world).Mix(200), Seed = 5, Duration = TimeSpan.FromSeconds(2), Connections = 4 };

        var result = await OpenLoopRunner.RunAsync(database.Target, plan, CancellationToken.None);

        result.ErrorCount.ShouldBe(0, string.Join(' ', result.Classes.SelectMany(c => c.Errors.Keys)));
        (result.Count + result.Classes.Sum(c => c.Unsent)).ShouldBe(Scheduled(plan));
        result.Classes.Single(c => c.Name == "search").Count.ShouldBeGreaterThan(0);
        (await database.ScalarAsync<long>("SELECT count(*) FROM payments")).ShouldBeGreaterThan(world.Payments);
        (await database.ScalarAsync<long>("SELECT count(*) FROM bookings")).ShouldBeGreaterThan(world.Bookings);
        (await database.ScalarAsync<long>("SELECT count(*) FROM outbox WHERE topic <> 'wedding.created'")).ShouldBe(
            await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM bookings)") - world.Payments - world.Bookings);
        (await WedSyncChecks.RunAsync(database.Private, CancellationToken.None)).ShouldAllBe(check => check.Violations == 0);
    }

    [Fact]
    public async Task Each_operation_finds_what_it_asks_for()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var world = await WedSyncLoader.LoadAsync(database.Private, 0.005, 42, null, CancellationToken.None);
        var operations = new WedSyncOperations(world);
        await using var session = await database.OpenScratchAsync();
        await session.ExecuteAsync("ALTER DATABASE " + database.Target.Database + " SET track_counts = on", CancellationToken.None);

        foreach (var operation in operations.Classes.Append(operations.Background))
        {
            foreach (var statement in operation.Statements)
            {
                await ClosedLoopRunner.RunFixedAsync(database.Target, operation with { Statements = [statement] }, 20, 6, 3, CancellationToken.None);
                var rows = await session.ScalarAsync<long>(
                    "SELECT coalesce(sum(rows), 0)::bigint FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid AND d.datname = current_database() WHERE query LIKE @Start",
                    new { Start = statement.Sql[..40].Replace("%", "\\%", StringComparison.Ordinal) + "%" },
                    CancellationToken.None);
                rows.ShouldBeGreaterThan(0, statement.Name);
            }
        }
    }

    [Fact]
    public async Task A_hanging_target_is_seen_from_the_intended_start()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        // One connection, fifteen arrivals a second and a server that takes 0.2 s for each: every arrival waits for those before it.
        var plan = Plan(Statement("SELECT pg_sleep(0.2)"), rate: 15, seconds: 1) with { Connections = 1 };

        var result = await OpenLoopRunner.RunAsync(database.Target, plan, CancellationToken.None);

        result.Limit.ShouldBe(LoadLimit.Target);
        result.Count.ShouldBeGreaterThan(2);
        result.Classes[0].MaxMs.ShouldBeGreaterThan(result.Classes[0].Service.MaxMs + 500);
        result.Queueing.MaxMs.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task What_the_target_cannot_take_in_time_is_unsent_not_forgotten()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var plan = Plan(Statement("SELECT pg_sleep(0.5)"), rate: 50, seconds: 1) with { Connections = 1, DrainLimit = TimeSpan.Zero };

        var result = await OpenLoopRunner.RunAsync(database.Target, plan, CancellationToken.None);

        result.Classes[0].Unsent.ShouldBeGreaterThan(10);
        (result.Count + result.Classes[0].Unsent).ShouldBe(Scheduled(plan));
        result.Limit.ShouldBe(LoadLimit.Target);
    }

    [Fact]
    public async Task Failures_are_counted_by_their_SQLSTATE()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var result = await OpenLoopRunner.RunAsync(database.Target, Plan(Statement("SELECT 1 / (random() * 0)::int"), rate: 50, seconds: 1), CancellationToken.None);

        result.Count.ShouldBe(0);
        result.Classes[0].Errors.Keys.ShouldBe(["22012"]);
        result.Classes[0].ObjectiveMet.ShouldBeNull();
    }

    [Fact]
    public async Task An_unreachable_target_is_one_sentence()
    {
        var error = await Should.ThrowAsync<AlmanacException>(OpenLoopRunner.RunAsync(
            new ConnectionTarget { Hosts = ["127.0.0.1"], Ports = [1], Database = "none", User = "nobody" }, Plan(Statement("SELECT 1"), 1, 1), CancellationToken.None));

        error.ExitCode.ShouldBe(ExitCode.Unreachable);
    }

    [Fact]
    public async Task Cancelling_stops_a_statement_that_runs()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        using var stop = new CancellationTokenSource();
        var run = OpenLoopRunner.RunAsync(database.Target, Plan(Statement("SELECT pg_sleep(600)"), rate: 100, seconds: 60), stop.Token);
        await UntilAsync(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'", count => count > 0);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(run);
        await UntilAsync(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'wedsync/app'", count => count == 0);
    }

    [Fact]
    public async Task A_trickle_goes_on_after_its_connections_were_killed_and_ends_without_an_error()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE ticks (pid integer)");
        using var stop = new CancellationTokenSource();
        var plan = Plan(Statement("INSERT INTO ticks VALUES (pg_backend_pid())"), rate: 100, seconds: 0) with { Connections = 1 };
        var run = OpenLoopRunner.RunUntilCancelledAsync(database.Target, plan, stop.Token);
        await UntilAsync(database, "SELECT count(DISTINCT pid) FROM ticks", pids => pids == 1);

        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wedsync/app' AND datname = current_database()");

        await UntilAsync(database, "SELECT count(DISTINCT pid) FROM ticks", pids => pids == 2);
        await stop.CancelAsync();
        var result = await run;
        result.Count.ShouldBeGreaterThan(1);
        result.ErrorCount.ShouldBe(1);
    }

    [Fact]
    public async Task The_CPU_time_of_an_operation_is_read_from_its_server_process()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var idle = Class(Statement("SELECT pg_sleep(0.02)"), 1);
        var busy = Class(Statement("SELECT sum(i) FROM generate_series(1, 300000) i"), 1);

        var slept = await ClosedLoopRunner.RunFixedAsync(database.Target, idle, 10, 6, 1, CancellationToken.None);
        var worked = await ClosedLoopRunner.RunFixedAsync(database.Target, busy, 10, 6, 1, CancellationToken.None);

        slept.Count.ShouldBe(10);
        worked.ServerCpuMsPerOperation.ShouldNotBeNull().ShouldBeGreaterThan(5 * slept.ServerCpuMsPerOperation.ShouldNotBeNull());
        slept.ServerCpuMsPerOperation!.Value.ShouldBeLessThan(slept.Service.MeanMs);
        worked.BackendPid.ShouldNotBe(slept.BackendPid);
    }

    [Fact]
    public async Task A_closed_loop_counts_its_failures_too()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var result = await ClosedLoopRunner.RunFixedAsync(database.Target, Class(Statement("SELECT 1 / (random() * 0)::int"), 1), 5, 6, 1, CancellationToken.None);

        result.Count.ShouldBe(0);
        result.Errors["22012"].ShouldBe(5);
        result.ServerCpuMsPerOperation.ShouldBeNull();
    }

    [Fact]
    public async Task The_whole_servers_CPU_time_holds_that_of_its_ended_processes()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var postmaster = postgres.Cluster.PostmasterPid;
        var before = ServerCpuReader.OfServer(postmaster).ShouldNotBeNull();

        var work = await ClosedLoopRunner.RunFixedAsync(
            database.Target, Class(Statement("SELECT sum(i) FROM generate_series(1, 1000000) i"), 1), 5, 6, 1, CancellationToken.None);

        // The process has ended by now, or will in a moment; its time is counted either way. Ticks of 10 ms, so a little less is right.
        (ServerCpuReader.OfServer(postmaster).ShouldNotBeNull() - before).TotalMilliseconds.ShouldBeGreaterThan(work.ServerCpuMs.ShouldNotBeNull() - 20);
        ServerCpuReader.OfServer(int.MaxValue).ShouldBeNull();
    }

    [Fact]
    public async Task A_process_that_is_not_the_targets_server_is_not_local()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var session = await database.OpenScratchAsync();
        var pid = await session.ScalarAsync<int>("SELECT pg_backend_pid()", null, CancellationToken.None);

        ServerCpuReader.IsLocal(database.Target, pid).ShouldBeTrue();
        ServerCpuReader.IsLocal(database.Target, Environment.ProcessId).ShouldBeFalse();
        ServerCpuReader.IsLocal(database.Target with { Hosts = ["db.example.com"] }, pid).ShouldBeFalse();
        ServerCpuReader.PostmasterOf(pid).ShouldBe(postgres.Cluster.PostmasterPid);
    }

    private static OpenLoopPlan Plan(LoadStatement statement, double rate, double seconds)
        => new() { Classes = [Class(statement, rate)], Seed = 3, Duration = TimeSpan.FromSeconds(seconds), Connections = 2 };

    private static LoadClass Class(LoadStatement statement, double rate) => new() { Name = "test", RatePerSecond = rate, ObjectiveMs = 100, Statements = [statement] };

    private static LoadStatement Statement(string sql) => new() { Name = "test", Sql = sql, Parameters = 0, Fill = (ref SeededRandom _, object[] _) => { } };

    private static long Scheduled(OpenLoopPlan plan)
    {
        var schedule = new ArrivalSchedule(plan.Classes, plan.Duration, plan.Seed);
        long count = 0;
        while (schedule.TryTake(out _))
        {
            count++;
        }

        return count;
    }

    private static async Task UntilAsync(TestDatabase database, string sql, Func<long, bool> reached)
    {
        await using var session = await database.OpenScratchAsync();
        for (var tries = 0; !reached(await session.ScalarAsync<long>(sql, null, CancellationToken.None)); tries++)
        {
            tries.ShouldBeLessThan(1500, sql);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}
