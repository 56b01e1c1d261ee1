using System.Globalization;
using System.Text;
using System.Text.Json;
using Almanac.Testing;
using Shouldly;

namespace Almanac.EndToEndTests.Executable;

/// <summary><c>tune</c> on databases that nobody tuned it to.</summary>
public sealed class StrangerTests(PostgresFixture postgres)
{
    private const string Wednesday = "2027-06-16T14:00:00Z";

    [Fact]
    public async Task Pgbench_without_its_primary_keys_gets_the_key_back_and_a_second_run_finds_nothing()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(Databases.PgBenchWithoutKeys(3));
        for (var i = 1; i <= 12; i++)
        {
            await database.ExecuteAsync($"UPDATE pgbench_accounts SET abalance = abalance + {i} WHERE aid = {i * 997}");
            await database.ExecuteAsync($"SELECT abalance FROM pgbench_accounts WHERE aid = {i * 991}");
        }

        var plan = await PlanAsync(database);
        plan.GetProperty("changes").GetArrayLength().ShouldBe(1);
        var change = plan.GetProperty("changes")[0];
        change.GetProperty("sql").GetString().ShouldNotBeNull().ShouldContain("ON public.pgbench_accounts (aid)");
        change.GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
        change.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
        change.GetProperty("operation").GetProperty("kind").GetString().ShouldBe("create-index");
        change.GetProperty("estimate").GetProperty("savedShare").GetDouble().ShouldBeGreaterThan(0.5);
        change.GetProperty("verdict").GetProperty("state").GetString().ShouldBe("open");
        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'")).ShouldBe(0);
        (await database.ScalarAsync<bool>("SELECT to_regnamespace('almanac') IS NULL")).ShouldBeTrue();

        var applied = await AlmanacProcess.RunAsync("tune", "--apply", "--create-store", "--probe", "--at", Wednesday, "--db", database.Uri, "-o", "json");
        applied.ExitCode.ShouldBe(0, applied.Output + applied.Error);
        var verification = JsonDocument.Parse(applied.Output).RootElement.GetProperty("changes")[0].GetProperty("verification");
        verification.GetProperty("outcome").GetString().ShouldBe("kept");
        verification.GetProperty("reason").GetString().ShouldNotBeNull().ShouldContain("probe");

        (await PlanAsync(database)).GetProperty("changes").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_star_schema_gets_indexes_for_its_selective_statements()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(Databases.Star);
        foreach (var statement in Databases.StarStatements)
        {
            for (var i = 1; i <= 8; i++)
            {
                await database.ExecuteAsync(string.Format(CultureInfo.InvariantCulture, statement, i * 37));
            }
        }

        var sql = string.Join('\n', (await PlanAsync(database)).GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("sql").GetString()));
        sql.ShouldContain("(receipt)");
        sql.ShouldContain("product_id");
    }

    [Fact]
    public async Task An_empty_database_has_nothing_to_do_and_says_so()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        var plan = await AlmanacProcess.RunAsync("tune", "--at", Wednesday, "--db", database.Uri);

        plan.ExitCode.ShouldBe(0, plan.Error);
        plan.Output.ShouldContain("Nothing worth doing");
    }

    [Fact]
    public async Task Five_hundred_tables_and_five_thousand_statements_are_planned_with_few_questions()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("DO $$ BEGIN FOR t IN 1..500 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a int, b int, c text)', t); END LOOP; END $$");
        await database.ExecuteAsync("INSERT INTO t1 SELECT n, n, n % 1000, md5(n::text) FROM generate_series(1, 60000) n; ANALYZE");
        for (var t = 0; t < 500; t++)
        {
            // Ten statements of a different shape each: other columns, other order, other number of conditions.
            var batch = new StringBuilder();
            for (var shape = 0; shape < 10; shape++)
            {
                batch.Append(CultureInfo.InvariantCulture, $"SELECT {(shape % 2 == 0 ? "a" : "b")} FROM t{t + 1} WHERE {string.Join(" AND ", Enumerable.Range(0, (shape / 2) + 1).Select(i => $"a > {i}"))};");
            }

            await database.ExecuteAsync(batch.ToString());
        }

        for (var i = 0; i < 30; i++)
        {
            await database.ExecuteAsync($"SELECT c FROM t1 WHERE b = {i} AND a < 50000");
        }

        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database()")).ShouldBeGreaterThan(4000);
        var plan = await PlanAsync(database);
        plan.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("sql").GetString()).ShouldContain(s => s!.Contains("ON public.t1 (b"));
        plan.GetProperty("explainCalls").GetInt32().ShouldBeLessThan(2000);
    }

    private static async Task<JsonElement> PlanAsync(TestDatabase database)
    {
        var plan = await AlmanacProcess.RunAsync("tune", "--at", Wednesday, "--db", database.Uri, "-o", "json");
        plan.ExitCode.ShouldBe(0, plan.Error);
        return JsonDocument.Parse(plan.Output).RootElement;
    }
}
