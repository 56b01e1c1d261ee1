using Almanac.Store;
using Almanac.Testing;
using Almanac.Tests.Cli;
using Shouldly;

namespace Almanac.EndToEndTests.Cli;

/// <summary><c>observe</c> and <c>status</c> on a real server.</summary>
public sealed class ObserveTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Queries_shows_the_statements_without_their_constants()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE TABLE public.guests (id int, name text)");
        await database.ExecuteAsync("SELECT count(*) FROM public.guests WHERE name = 'Ada Lovelace'");
        var run = await CliRun.RunAsync("observe", "queries", "--db", database.Uri, "-o", "json");
        run.Code.ShouldBe(0, run.Error);
        run.Out.ShouldContain("FROM public.guests WHERE name = $1");
        run.Out.ShouldNotContain("Lovelace");
        var first = run.Json.GetProperty("statements")[0];
        first.GetProperty("queryId").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.String);
        first.GetProperty("calls").GetInt64().ShouldBeGreaterThan(0);
        (await CliRun.RunAsync("observe", "queries", "--db", database.Uri, "--by", "maen")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Sessions_shows_who_is_connected_without_constants()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var other = await database.OpenScratchAsync();
        var run = await CliRun.RunAsync("observe", "sessions", "--db", database.Uri, "-o", "json");
        run.Code.ShouldBe(0, run.Error);

        // The fixture's own sessions are Almanac's, and those are left out.
        run.Json.GetProperty("sessions").GetArrayLength().ShouldBe(0);
        (await CliRun.RunAsync("observe", "sessions", "--db", database.Uri)).Out.ShouldContain("Nobody else is connected.");
    }

    [Fact]
    public async Task A_snapshot_is_saved_only_where_the_store_exists()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var refused = await CliRun.RunAsync("observe", "snapshot", "--save", "--db", database.Uri);
        refused.Code.ShouldBe(12);
        refused.Error.ShouldContain("hint: ");
        await using (await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, CancellationToken.None))
        {
        }

        var saved = await CliRun.RunAsync("observe", "snapshot", "--save", "--db", database.Uri, "-o", "json");
        saved.Code.ShouldBe(0, saved.Error);
        saved.Json.GetProperty("server").GetProperty("database").GetString().ShouldBe(database.Target.Database);
        (await database.ScalarAsync<long>("SELECT count(*) FROM almanac.observe_snapshot")).ShouldBe(1);
    }

    [Fact]
    public async Task Without_the_extension_there_is_no_workload_and_the_code_is_12()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("DROP EXTENSION pg_stat_statements");
        (await CliRun.RunAsync("observe", "queries", "--db", database.Uri)).Code.ShouldBe(12);
    }

    [Fact]
    public async Task Status_shows_the_gate_and_the_database_and_needs_no_store()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var run = await CliRun.RunAsync("status", "--db", database.Uri, "-o", "json");
        run.Code.ShouldBe(0, run.Error);
        run.Json.GetProperty("gate").GetArrayLength().ShouldBe(8);
        run.Json.GetProperty("verdict").GetString().ShouldBe("Open in every region.");
        run.Json.GetProperty("database").GetProperty("server").GetProperty("database").GetString().ShouldBe(database.Target.Database);
        (await CliRun.RunAsync("status", "--db", database.Uri)).Out.ShouldContain("Gate at 2027-06-16T12:00:00Z");
    }

    [Fact]
    public async Task Status_of_an_unreachable_database_still_shows_the_gate()
    {
        var run = await CliRun.RunAsync("status", "--db", "postgresql://nobody@127.0.0.1:1/shop", "-o", "json");
        run.Code.ShouldBe(10);
        run.Json.GetProperty("gate").GetArrayLength().ShouldBe(8);
        run.Json.GetProperty("unreachable").GetString().ShouldNotBeNull().ShouldContain("Cannot reach");
    }

    [Fact]
    public async Task Status_without_a_database_is_the_gate_alone()
    {
        var run = await CliRun.RunAsync("status", "--at", "2027-06-19T14:00:00Z");
        run.Code.ShouldBe(0);
        run.Out.ShouldStartWith("Closed in ");
    }
}
