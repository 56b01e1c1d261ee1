using Almanac.Testing;
using Almanac.Tests.Cli;
using NodaTime;
using Shouldly;

namespace Almanac.EndToEndTests.Cli;

/// <summary><c>advise</c>, <c>change apply</c> and <c>change rollback</c> on a real server, on a Wednesday and on a Saturday.</summary>
public sealed class ChangeVerbsTests(PostgresFixture postgres)
{
    private static readonly Instant Saturday = Instant.FromUtc(2027, 6, 19, 14, 0);

    [Fact]
    public async Task An_advised_index_is_refused_on_a_saturday_applied_on_a_wednesday_and_undone_when_asked()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync(
            "CREATE TABLE public.guests (id int, wedding_id int, name text); "
            + "INSERT INTO public.guests SELECT g, g / 20, md5(g::text) FROM generate_series(1, 60000) g; ANALYZE public.guests; SELECT pg_stat_statements_reset()");
        await using (var session = await database.OpenScratchAsync())
        {
            for (var wedding = 1; wedding <= 40; wedding++)
            {
                await session.ExecuteAsync($"SET application_name = 'shop'; SELECT name FROM public.guests WHERE wedding_id = {wedding}", CancellationToken.None);
            }
        }

        var advice = await OnAsync(CliRun.Wednesday, "advise", "indexes", "--db", database.Uri, "-o", "json");
        advice.Code.ShouldBe(0, advice.Error);
        var change = advice.Json.GetProperty("changes")[0];
        var id = change.GetProperty("id").GetString().ShouldNotBeNull();
        change.GetProperty("sql").GetString().ShouldNotBeNull().ShouldContain("CREATE INDEX CONCURRENTLY");
        (await IndexesAsync(database)).ShouldBe(0);
        (await OnAsync(CliRun.Wednesday, "advise", "indexes", "--check", "--db", database.Uri)).Code.ShouldBe(22);
        (await OnAsync(CliRun.Wednesday, "advise", "settings", "--db", database.Uri, "-o", "json")).Json.GetProperty("changes").EnumerateArray()
            .ShouldAllBe(c => c.GetProperty("operation").GetProperty("kind").GetString() == "alter-setting");

        var noStore = await OnAsync(CliRun.Wednesday, "change", "apply", id, "--db", database.Uri);
        noStore.Code.ShouldBe(2);
        noStore.Error.ShouldContain("--create-store");

        var refused = await OnAsync(Saturday, "change", "apply", id, "--create-store", "--db", database.Uri);
        refused.Code.ShouldBe(20, refused.Error);
        (await IndexesAsync(database)).ShouldBe(0);

        // What was refused is known, so that somebody can ask for it.
        var known = (await CliRun.RunAsync("change", "list", "--db", database.Uri, "-o", "json")).Json.GetProperty("changes")[0];
        known.GetProperty("status").GetString().ShouldBe("refused");
        known.GetProperty("title").GetString().ShouldNotBeNull().ShouldContain("guests");
        (await OnAsync(Saturday, "guard", "request", id, "--reason", "it is slow", "--db", database.Uri)).Code.ShouldBe(21);
        var own = await OnAsync(Saturday, "guard", "approve", id, "--db", database.Uri);
        own.Code.ShouldBe(20);
        own.Error.ShouldContain("cannot approve it");

        var unknown = await OnAsync(CliRun.Wednesday, "change", "apply", "ci-ffffffffff", "--db", database.Uri);
        unknown.Code.ShouldBe(2);
        unknown.Error.ShouldContain("There is no change ci-ffffffffff");

        // Nobody sends the statement any more: the index stays, unproven.
        var applied = await OnAsync(CliRun.Wednesday, "change", "apply", id, "--db", database.Uri, "-o", "json");
        applied.Code.ShouldBe(42, applied.Out + applied.Error);
        applied.Json.GetProperty("changes")[0].GetProperty("verification").GetProperty("outcome").GetString().ShouldBe("unproven");
        (await IndexesAsync(database)).ShouldBe(1);

        (await OnAsync(CliRun.Wednesday, "change", "rollback", id, "--db", database.Uri)).Code.ShouldBe(2);
        (await OnAsync(Saturday, "change", "rollback", id, "--reason", "not needed", "--db", database.Uri)).Code.ShouldBe(20);
        (await IndexesAsync(database)).ShouldBe(1);
        (await CliRun.RunAsync("change", "list", "--db", database.Uri, "-o", "json")).Json.GetProperty("changes")[0].GetProperty("status").GetString().ShouldBe("unproven");
        var undone = await OnAsync(CliRun.Wednesday, "change", "rollback", id, "--reason", "not needed", "--db", database.Uri);
        undone.Code.ShouldBe(0, undone.Error);
        undone.Out.ShouldContain("DROP INDEX");
        (await IndexesAsync(database)).ShouldBe(0);
        (await CliRun.RunAsync("change", "list", "--db", database.Uri, "-o", "json")).Json.GetProperty("changes")[0].GetProperty("status").GetString().ShouldBe("rolled-back");
        (await CliRun.RunAsync("audit", "verify", "--db", database.Uri)).Code.ShouldBe(0);
        var again = await OnAsync(CliRun.Wednesday, "change", "rollback", id, "--reason", "again", "--db", database.Uri);
        again.Code.ShouldBe(2);
        again.Error.ShouldContain("there is nothing to undo");
    }

    private static Task<CliResult> OnAsync(Instant start, params string[] args) => new CliRun { Clock = new RunningClock(start) }.StartAsync(args);

    private static Task<long> IndexesAsync(TestDatabase database) => database.ScalarAsync<long>("SELECT count(*) FROM pg_indexes WHERE tablename = 'guests'");
}
