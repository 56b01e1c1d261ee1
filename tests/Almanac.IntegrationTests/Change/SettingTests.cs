using Almanac.Change;
using Almanac.Embedded;
using Almanac.Model;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Change;

/// <summary>A server of its own: settings belong to a whole server.</summary>
public sealed class SettingServer(PostgresFixture postgres) : IAsyncLifetime
{
    private EmbeddedCluster? cluster;
    private int databases;

    public async ValueTask InitializeAsync()
    {
        _ = postgres.Cluster;
        cluster = await EmbeddedCluster.StartAsync(new EmbeddedOptions { Purpose = "test", Durable = false }, TimeProvider.System, CancellationToken.None);
    }

    internal async Task<ChangeHarness> CreateAsync()
    {
        var harness = await ChangeHarness.CreateAsync(await cluster!.CreateDatabaseAsync($"settings{++databases}", CancellationToken.None));
        await harness.ExecuteAsync("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()");
        return harness;
    }

    public ValueTask DisposeAsync() => cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class SettingTests(SettingServer server) : IClassFixture<SettingServer>, IAsyncLifetime
{
    private ChangeHarness harness = null!;

    public async ValueTask InitializeAsync() => harness = await server.CreateAsync();

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    [Fact]
    public async Task A_setting_that_slows_the_traffic_is_rolled_back_by_itself()
    {
        await harness.ExecuteAsync(
            "CREATE TABLE orders (id int PRIMARY KEY, customer int, note text); INSERT INTO orders SELECT g, g % 500, repeat('x', 80) FROM generate_series(1, 60000) g",
            "CREATE INDEX ON orders (customer)",
            "CREATE TABLE customers (id int PRIMARY KEY, name text); INSERT INTO customers SELECT g, 'n' || g FROM generate_series(1, 500) g",
            "ANALYZE");
        await using var traffic = await Traffic.StartAsync(
            harness.Private, ("SELECT count(*)::int FROM customers c JOIN orders o ON o.customer = c.id WHERE c.id = ANY(@ids)", i => new { ids = new[] { i % 500, (i + 7) % 500, (i + 99) % 500 } }, 10));
        await harness.WaitForAsync("SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%FROM customers c JOIN%' AND calls > 3");
        await harness.ExecuteAsync("ALTER SYSTEM SET enable_nestloop = on", "SELECT pg_reload_conf()");
        var change = harness.Propose(new AlterSettingSpec { Name = "enable_nestloop", Value = "off" });

        // The traffic's sessions plan anew with each execution, so they see the new value at once.
        var outcome = await harness.RunAsync(change);

        outcome.Status.ShouldBe(ChangeStatus.RolledBack, outcome.Sentence);
        (await harness.ScalarAsync<string>("SHOW enable_nestloop")).ShouldBe("on");
        (await AutoConfAsync("enable_nestloop")).ShouldBe("on");
        (await harness.StateAsync(change)).RollbackReceipt!.Sql.ShouldContain("ALTER SYSTEM SET enable_nestloop = 'on'");
    }

    [Fact]
    public async Task A_harmless_setting_is_applied_and_its_former_absence_is_the_undo()
    {
        await using var traffic = await Traffic.StartAsync(harness.Private, ("SELECT count(*)::int FROM generate_series(1, @n) g", _ => new { n = 20000 }, 5));
        await harness.WaitForAsync("SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%FROM generate_series(%' AND calls > 3");
        var change = harness.Propose(new AlterSettingSpec { Name = "max_wal_size", Value = "3GB" });

        var outcome = await harness.RunAsync(change);

        outcome.Status.ShouldBe(ChangeStatus.Kept, outcome.Sentence);
        outcome.Receipt!.Sql.ShouldBe(["ALTER SYSTEM SET max_wal_size = '3GB'", "SELECT pg_reload_conf()"]);
        outcome.Receipt.Undo.ShouldBe("ALTER SYSTEM RESET max_wal_size");
        (await harness.ScalarAsync<string>("SHOW max_wal_size")).ShouldBe("3GB");
        (await harness.RunAsync(change, ChangeHarness.Instantly)).Sentence.ShouldContain("already");
    }

    [Fact]
    public async Task A_setting_that_needs_a_restart_is_written_and_stays_unproven()
    {
        var change = harness.Propose(new AlterSettingSpec { Name = "shared_buffers", Value = "200MB", NeedsRestart = true });

        var outcome = await harness.RunAsync(change, ChangeHarness.Instantly);

        outcome.Status.ShouldBe(ChangeStatus.Unproven, outcome.Sentence);
        outcome.Sentence.ShouldContain("restart");
        (await AutoConfAsync("shared_buffers")).ShouldBe("200MB");
    }

    [Theory]
    [InlineData("work_mem", "plenty", "refuses")]
    [InlineData("checkpoint_timeout", "1s", "outside the valid range")]
    [InlineData("no_such_setting", "1", "no setting")]
    [InlineData("shared_buffers", "1GB", "needs a restart")]
    [InlineData("block_size", "8192", "fixed")]
    public async Task What_cannot_be_set_leaves_no_line_behind(string name, string value, string why)
    {
        var outcome = await harness.RunAsync(harness.Propose(new AlterSettingSpec { Name = name, Value = value }), ChangeHarness.Instantly);

        outcome.Status.ShouldBe(ChangeStatus.Failed);
        outcome.Sentence.ShouldContain(why);
        (await AutoConfAsync(name)).ShouldBeNull();
    }

    [Fact]
    public async Task An_override_for_the_database_is_named_instead_of_changing_without_effect()
    {
        await harness.ExecuteAsync($"ALTER DATABASE {harness.Target.Database} SET work_mem = '7MB'");

        var outcome = await harness.RunAsync(harness.Propose(new AlterSettingSpec { Name = "work_mem", Value = "16MB" }), ChangeHarness.Instantly);

        outcome.Code.ShouldBe(ExitCode.PrerequisiteMissing);
        outcome.Sentence.ShouldContain("database " + harness.Target.Database);
        (await AutoConfAsync("work_mem")).ShouldBeNull();
    }

    [Fact]
    public async Task A_role_with_just_the_printed_grants_may_change_a_setting_and_one_without_may_not()
    {
        await harness.ExecuteAsync("CREATE ROLE operator LOGIN PASSWORD 'secret'");
        var target = harness.Target with { User = "operator", Password = "secret" };
        var change = harness.Propose(new AlterSettingSpec { Name = "work_mem", Value = "9MB" });

        var refused = await harness.Runner(target: target).RunAsync(change, harness.Options(ChangeHarness.Instantly), null, CancellationToken.None);
        await harness.ExecuteAsync("GRANT ALTER SYSTEM ON PARAMETER work_mem TO operator; GRANT EXECUTE ON FUNCTION pg_reload_conf() TO operator; GRANT pg_read_all_settings TO operator");
        var done = await harness.Runner(target: target).RunAsync(change, harness.Options(ChangeHarness.Instantly), null, CancellationToken.None);

        refused.Code.ShouldBe(ExitCode.PrerequisiteMissing);
        refused.Hint!.ShouldContain("GRANT");
        done.Status.ShouldBe(ChangeStatus.Unproven, done.Sentence);
        (await harness.ScalarAsync<string>("SHOW work_mem")).ShouldBe("9MB");
    }

    [Fact]
    public async Task A_setting_written_by_an_engine_that_died_is_put_back()
    {
        await harness.ExecuteAsync("ALTER SYSTEM SET work_mem = '5MB'", "SELECT pg_reload_conf()");
        var change = harness.Propose(new AlterSettingSpec { Name = "work_mem", Value = "64MB" });
        await harness.RecordApplyingAsync(change, value: "5MB");
        await harness.ExecuteAsync("ALTER SYSTEM SET work_mem = '64MB'");

        var settlement = (await harness.Recovery.SettleAsync(harness.TargetId, null, CancellationToken.None)).Settlements.ShouldHaveSingleItem();

        settlement.Found.ShouldContain("had been written");
        (await AutoConfAsync("work_mem")).ShouldBe("5MB");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.RolledBack);
    }

    [Fact]
    public async Task A_value_that_somebody_else_wrote_meanwhile_is_theirs()
    {
        var change = harness.Propose(new AlterSettingSpec { Name = "work_mem", Value = "64MB" });
        await harness.RecordApplyingAsync(change);
        await harness.ExecuteAsync("ALTER SYSTEM SET work_mem = '12MB'", "SELECT pg_reload_conf()");

        await harness.Recovery.SettleAsync(harness.TargetId, null, CancellationToken.None);

        (await AutoConfAsync("work_mem")).ShouldBe("12MB");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Settled);
    }

    private async Task<string?> AutoConfAsync(string name)
        => await harness.ScalarAsync<string?>($"SELECT setting FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' AND name = '{name}'");
}
