using System.Text.Json;
using Almanac.Testing;
using Shouldly;

namespace Almanac.EndToEndTests.Executable;

/// <summary>What goes wrong at a user's keyboard: one clear sentence, a hint, the right exit code.</summary>
public sealed class BadInputTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_wrong_password_ends_with_10_and_never_prints_the_password()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var run = await AlmanacProcess.RunAsync("tune", "--db", database.Uri.Replace(database.Target.Password!, "hunter2-wrong", StringComparison.Ordinal));

        run.ExitCode.ShouldBe(10);
        run.Error.ShouldContain("password authentication failed");
        run.Error.ShouldContain("hint:");
        (run.Error + run.Output).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task An_unreachable_host_ends_with_10()
    {
        var run = await AlmanacProcess.RunAsync("tune", "--db", "postgresql://almanac@127.0.0.1:1/app");

        run.ExitCode.ShouldBe(10);
        run.Error.ShouldContain("Cannot reach");
        run.Error.ShouldContain("hint:");
    }

    [Fact]
    public async Task A_missing_extension_ends_with_12_and_says_how_to_get_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await database.ExecuteAsync("DROP EXTENSION hypopg");

        var run = await AlmanacProcess.RunAsync("tune", "--db", database.Uri);

        run.ExitCode.ShouldBe(12);
        run.Error.ShouldContain("hypopg");
        run.Error.ShouldContain("CREATE EXTENSION hypopg");
    }

    [Fact]
    public async Task A_role_without_rights_ends_with_12_and_nothing_is_changed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var role = "r" + Guid.NewGuid().ToString("N")[..10];
        await database.ExecuteAsync($"CREATE TABLE orders (id int); CREATE ROLE {role} LOGIN PASSWORD 'p{role}'");
        try
        {
            var uri = database.Uri.Replace($"{database.Target.User}:{database.Target.Password}@", $"{role}:p{role}@", StringComparison.Ordinal);

            var run = await AlmanacProcess.RunAsync("tune", "--apply", "--create-store", "--db", uri);

            run.ExitCode.ShouldBe(12, run.Output + run.Error);
            run.Error.ShouldContain("hint:");
            (await database.ScalarAsync<bool>("SELECT to_regnamespace('almanac') IS NULL")).ShouldBeTrue();
        }
        finally
        {
            await database.ExecuteAsync($"DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_configuration_with_three_mistakes_reports_all_three_with_their_lines()
    {
        var file = Path.Combine(Path.GetTempPath(), $"almanac-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, "storee: service=x\nguard:\n  approvals: many\nadvise:\n  budgett: 10\n");
        try
        {
            var run = await AlmanacProcess.RunAsync("config", "check", "--config", file, "-o", "json");

            run.ExitCode.ShouldBe(3, run.Output + run.Error);
            var problems = JsonDocument.Parse(run.Output).RootElement.GetProperty("problems").EnumerateArray().ToList();
            problems.Select(p => p.GetProperty("line").GetInt32()).ShouldBe([1, 3, 5]);
            problems[0].GetProperty("text").GetString().ShouldNotBeNull().ShouldContain("store");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
