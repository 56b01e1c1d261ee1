using System.Text.Json;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.EndToEndTests.Executable;

/// <summary>What a killed or interrupted run leaves, and how the next command settles it.</summary>
public sealed class KillTests(PostgresFixture postgres)
{
    private const string Wednesday = "2027-06-16T14:00:00Z";

    [Fact]
    public async Task A_build_whose_engine_was_killed_is_found_reported_and_settled_by_the_next_command()
    {
        await using var database = await NeedyAsync();
        await using var holder = await HoldSnapshotAsync(database);
        await using var killed = AlmanacProcess.Start("tune", "--apply", "--create-store", "--at", Wednesday, "--db", database.Uri);
        await UntilBuildingAsync(database);
        await killed.KillAsync();

        var status = await AlmanacProcess.RunAsync("status", "--db", database.Uri);

        status.ExitCode.ShouldBe(0, status.Error);
        status.Error.ShouldContain("settled ci-");
        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass")).ShouldBe(0);
        var audit = await AlmanacProcess.RunAsync("audit", "verify", "--db", database.Uri);
        audit.ExitCode.ShouldBe(0, audit.Error);
        var list = await AlmanacProcess.RunAsync("change", "list", "--db", database.Uri, "-o", "json");
        JsonDocument.Parse(list.Output).RootElement.GetProperty("changes")[0].GetProperty("status").GetString().ShouldBe("settled");
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_of_a_build_leaves_no_half_built_index_and_a_whole_ledger()
    {
        await using var database = await NeedyAsync();
        await using var holder = await HoldSnapshotAsync(database);
        await using var interrupted = AlmanacProcess.Start("tune", "--apply", "--create-store", "--at", Wednesday, "--db", database.Uri);
        await UntilBuildingAsync(database);
        interrupted.Interrupt();

        (await interrupted.WaitAsync()).ShouldBe(130, interrupted.Output + interrupted.Error);

        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE indrelid = 'orders'::regclass")).ShouldBe(0);
        (await AlmanacProcess.RunAsync("audit", "verify", "--db", database.Uri)).ExitCode.ShouldBe(0);
    }

    private async Task<TestDatabase> NeedyAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE orders (id int, customer int, note text)");
        await database.ExecuteAsync("INSERT INTO orders SELECT n, n / 10, md5(n::text) FROM generate_series(1, 100000) n");
        await database.ExecuteAsync("ANALYZE orders");
        for (var customer = 1; customer <= 30; customer++)
        {
            await database.ExecuteAsync($"SELECT note FROM orders WHERE customer = {customer}");
        }

        return database;
    }

    // A concurrent build has to wait for every snapshot that is older than itself, so this one never ends by itself.
    private static async Task<ScratchWriter> HoldSnapshotAsync(TestDatabase database)
    {
        var holder = await database.OpenScratchAsync();
        await holder.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1", CancellationToken.None);
        return holder;
    }

    private static async Task UntilBuildingAsync(TestDatabase database)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%'") > 0)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException("The build never began to wait.");
    }
}
