using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary><c>config</c>, and what a wrong file does to every verb.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("almanac-config-").FullName;

    [Fact]
    public async Task Three_mistakes_are_all_reported_with_their_lines_and_code_3()
    {
        await WriteAsync("guard:\n  aprovals: 2\n  requestExpiryHours: soon\nstroe: x\n");
        var check = await StartAsync("config", "check", "-o", "json");
        check.Code.ShouldBe(3);
        var problems = check.Json.GetProperty("problems");
        problems.GetArrayLength().ShouldBe(3);
        problems.EnumerateArray().Select(p => p.GetProperty("line").GetInt32()).ShouldBe([2, 3, 4], ignoreOrder: true);

        var other = await StartAsync("guard", "check");
        other.Code.ShouldBe(3);
        other.Out.ShouldBeEmpty();
        foreach (var said in (string[])["almanac.yaml:2", "approvals", "almanac.yaml:3", "almanac.yaml:4", "'store'"])
        {
            other.Error.ShouldContain(said);
        }
    }

    [Fact]
    public async Task Origin_says_where_a_value_comes_from()
    {
        await WriteAsync("guard:\n  approvals: 2\n");
        var run = await new CliRun
        {
            WorkingFolder = folder,
            Environment = new(StringComparer.Ordinal) { ["ALMANAC_GUARD_REQUEST_EXPIRY_HOURS"] = "3" },
        }.StartAsync("config", "view", "--origin", "--store", "postgresql://app@db/x", "-o", "json");
        run.Code.ShouldBe(0, run.Error);
        Origin("guard.approvals").ShouldBe("almanac.yaml:2");
        Origin("guard.requestExpiryHours").ShouldBe("ALMANAC_GUARD_REQUEST_EXPIRY_HOURS");
        Origin("store").ShouldBe("command line");
        Origin("calendar.profile").ShouldBe("default");

        string? Origin(string key)
            => run.Json.GetProperty("entries").EnumerateArray().Single(e => e.GetProperty("key").GetString() == key).GetProperty("origin").GetString();
    }

    [Fact]
    public async Task A_password_is_never_shown()
    {
        var run = await StartAsync("config", "view", "--store", "postgresql://app:hunter2@db/x");
        run.Code.ShouldBe(0, run.Error);
        run.Out.ShouldNotContain("hunter2");
        run.Out.ShouldContain("app");
    }

    [Fact]
    public async Task A_configuration_file_that_does_not_exist_ends_with_code_3()
    {
        var run = await StartAsync("config", "view", "--config", "nowhere.yaml");
        run.Code.ShouldBe(3);
        run.Error.ShouldContain("nowhere.yaml");
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_ends_with_code_3()
    {
        (await StartAsync("guard", "check", "--profile", "weding")).Error.ShouldContain("wedding");
        (await StartAsync("guard", "check", "--profile", "./nowhere")).Code.ShouldBe(3);
    }

    [Fact]
    public async Task The_file_that_init_writes_is_valid_and_changes_nothing_commented_out_or_in()
    {
        (await StartAsync("init", "--write")).Code.ShouldBe(0);
        (await StartAsync("config", "check")).Code.ShouldBe(0);

        var file = Path.Combine(folder, "almanac.yaml");
        var all = Regex.Replace(await File.ReadAllTextAsync(file), "^( *)#([a-z][a-zA-Z]*:)", "$1$2", RegexOptions.Multiline | RegexOptions.NonBacktracking);
        all.ShouldContain("\n  requestExpiryHours: 24");
        await File.WriteAllTextAsync(file, all);
        var check = await StartAsync("config", "check");
        check.Code.ShouldBe(0, check.Out);
    }

    private Task WriteAsync(string yaml) => File.WriteAllTextAsync(Path.Combine(folder, "almanac.yaml"), yaml);

    private Task<CliResult> StartAsync(params string[] args) => new CliRun { WorkingFolder = folder }.StartAsync(args);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
