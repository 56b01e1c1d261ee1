using System.Text.Json;
using Almanac.Testing;
using Almanac.Tests.Cli;
using Shouldly;

namespace Almanac.EndToEndTests.Cli;

/// <summary><c>doctor</c> on a real server, as each of the roles that <c>init</c> creates.</summary>
public sealed class DoctorTests(PostgresFixture postgres)
{
    private const string Password = "only-here";
    private static readonly string[] Roles = ["almanac_monitor", "almanac_advisor", "almanac_operator", "almanac_recover"];

    [Fact]
    public async Task The_four_roles_of_init_hold_what_their_purpose_needs_and_nothing_more()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("CREATE ROLE shop_owner NOLOGIN");
        try
        {
            await database.ExecuteAsync("CREATE TABLE public.guests (id int PRIMARY KEY); ALTER TABLE public.guests OWNER TO shop_owner");
            var roles = await CliRun.RunAsync("init", "-o", "json");
            var sql = roles.Json.GetProperty("rolesSql").GetString().ShouldNotBeNull();
            await database.ExecuteAsync(sql);

            // It can be run again.
            await database.ExecuteAsync(sql);
            foreach (var role in Roles)
            {
                await database.ExecuteAsync($"ALTER ROLE {role} PASSWORD '{Password}'");
            }

            foreach (var purpose in (string[])["monitor", "advisor", "operator"])
            {
                var run = await CliRun.RunAsync("doctor", "--db", As(database, "almanac_" + purpose), "--for", purpose, "-o", "json");
                run.Code.ShouldBe(0, run.Out + run.Error);
                StateOf(run, "least privilege").ShouldBe("ok", run.Out);
            }

            var monitor = await CliRun.RunAsync("doctor", "--db", As(database, "almanac_monitor"), "--for", "operator", "-o", "json");
            monitor.Code.ShouldBe(12);
            StateOf(monitor, "ownership").ShouldBe("fail");
            FixOf(monitor, "ownership").ShouldBe("GRANT shop_owner TO almanac_monitor;");
            StateOf(monitor, "SELECT").ShouldBe("fail");
            FixOf(monitor, "SELECT").ShouldBe("GRANT pg_read_all_data TO almanac_monitor;");

            var advisor = await CliRun.RunAsync("doctor", "--db", As(database, "almanac_operator"), "--for", "advisor", "-o", "json");
            StateOf(advisor, "least privilege").ShouldBe("warn");
        }
        finally
        {
            foreach (var role in Roles)
            {
                await database.ExecuteAsync($"DO $$ BEGIN IF to_regrole('{role}') IS NOT NULL THEN DROP OWNED BY {role}; DROP ROLE {role}; END IF; END $$");
            }

            await database.ExecuteAsync("DROP OWNED BY shop_owner; DROP ROLE shop_owner");
        }
    }

    [Fact]
    public async Task A_superuser_is_reported_as_more_than_needed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var run = await CliRun.RunAsync("doctor", "--db", database.Uri, "-o", "json");
        run.Code.ShouldBe(0, run.Out);
        run.Json.GetProperty("ready").GetBoolean().ShouldBeTrue();
        StateOf(run, "least privilege").ShouldBe("warn");
        StateOf(run, "pg_stat_statements").ShouldBe("ok");
        StateOf(run, "hypopg").ShouldBe("ok");
        StateOf(run, "primary").ShouldBe("ok");
    }

    [Fact]
    public async Task A_missing_extension_ends_with_code_12_and_the_statement_that_mends_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("DROP EXTENSION hypopg; DROP EXTENSION pg_stat_statements");
        var run = await CliRun.RunAsync("doctor", "--db", database.Uri);
        run.Code.ShouldBe(12);
        run.Out.ShouldContain("fix hypopg: CREATE EXTENSION hypopg;");
        run.Out.ShouldContain("fix pg_stat_statements: CREATE EXTENSION pg_stat_statements;");
        run.Out.ShouldContain("2 of ");
    }

    [Fact]
    public async Task A_database_that_does_not_exist_ends_with_code_10()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var run = await CliRun.RunAsync("doctor", "--db", database.Uri.Replace(database.Target.Database, "no_such_database", StringComparison.Ordinal));
        run.Code.ShouldBe(10);
        run.Error.ShouldContain("no_such_database");
        run.Error.ShouldContain("hint: ");
    }

    private static string As(TestDatabase database, string role) => new UriBuilder(database.Uri) { UserName = role, Password = Password }.Uri.ToString();

    private static string? StateOf(CliResult run, string check) => Check(run, check).GetProperty("state").GetString();

    private static string? FixOf(CliResult run, string check) => Check(run, check).GetProperty("fix").GetString();

    private static JsonElement Check(CliResult run, string check)
        => run.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("check").GetString() == check);
}
