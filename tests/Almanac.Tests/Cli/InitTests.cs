using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary><c>init</c> prints what to start from, and never overwrites.</summary>
public sealed class InitTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("almanac-init-").FullName;

    [Fact]
    public async Task Without_write_nothing_is_written()
    {
        var run = await new CliRun { WorkingFolder = folder }.StartAsync("init");
        run.Code.ShouldBe(0);
        run.Out.ShouldContain("GRANT pg_monitor TO almanac_monitor");
        Directory.GetFileSystemEntries(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task With_write_the_file_appears_and_the_output_is_pure_sql()
    {
        var run = await new CliRun { WorkingFolder = folder }.StartAsync("init", "--write");
        run.Code.ShouldBe(0);
        File.Exists(Path.Combine(folder, "almanac.yaml")).ShouldBeTrue();
        run.Out.ShouldStartWith("-- The four roles");
        run.Error.ShouldContain("Wrote ");
    }

    [Fact]
    public async Task An_existing_file_is_never_overwritten()
    {
        var file = Path.Combine(folder, "almanac.yaml");
        await File.WriteAllTextAsync(file, "mine");
        var run = await new CliRun { WorkingFolder = folder }.StartAsync("init", "--write");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("is not overwritten");
        (await File.ReadAllTextAsync(file)).ShouldBe("mine");
    }

    [Fact]
    public async Task Each_of_the_four_roles_is_created_without_superuser()
    {
        var run = await CliRun.RunAsync("init", "-o", "json");
        var sql = run.Json.GetProperty("rolesSql").GetString().ShouldNotBeNull();
        foreach (var role in (string[])["almanac_monitor", "almanac_advisor", "almanac_operator", "almanac_recover"])
        {
            sql.ShouldContain(role);
        }

        sql.ShouldContain("NOSUPERUSER");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
