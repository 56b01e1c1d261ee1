using System.Text.Json;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary>A command line that cannot be understood ends with code 2, one sentence and a hint, and prints no data.</summary>
public sealed class UsageTests
{
    [Fact]
    public async Task An_unknown_verb_is_refused_with_the_nearest_one()
    {
        var run = await CliRun.RunAsync("docotr");
        run.Code.ShouldBe(2);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldBe("almanac: `almanac` has no verb 'docotr'.\nhint: Did you mean 'doctor'?\n");
    }

    [Fact]
    public async Task An_unknown_option_is_refused_with_the_nearest_one()
    {
        var run = await CliRun.RunAsync("doctor", "--fro", "operator");
        run.Code.ShouldBe(2);
        run.Error.ShouldBe("almanac: `almanac doctor` has no option '--fro'.\nhint: Did you mean '--for'?\n");
    }

    [Fact]
    public async Task A_common_option_is_suggested_behind_a_verb()
    {
        var run = await CliRun.RunAsync("init", "--outptu=json");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("Did you mean '--output'?");
    }

    [Fact]
    public async Task A_usage_error_is_a_document_when_json_was_asked_for()
    {
        var run = await CliRun.RunAsync("init", "-o", "json", "--wriet");
        run.Code.ShouldBe(2);
        run.Out.ShouldBeEmpty();
        var document = JsonDocument.Parse(run.Error).RootElement;
        document.GetProperty("apiVersion").GetString().ShouldBe("almanac/v1");
        document.GetProperty("error").GetProperty("exitCode").GetInt32().ShouldBe(2);
        document.GetProperty("error").GetProperty("code").GetString().ShouldBe("usage");
        document.GetProperty("error").GetProperty("hint").GetString().ShouldBe("Did you mean '--write'?");
    }

    [Fact]
    public async Task An_unknown_output_format_is_refused()
    {
        var run = await CliRun.RunAsync("init", "-o", "jsno");
        run.Code.ShouldBe(2);
        run.Error.ShouldContain("--output does not know 'jsno'");
        run.Error.ShouldContain("Did you mean 'json'?");
    }

    [Theory]
    [InlineData("yesterday", "is no instant")]
    [InlineData("2027-06-19T14:00:00", "does not say in which zone")]
    [InlineData("2027-06-19T14:00", "does not say in which zone")]
    [InlineData("2027-02-30T14:00:00Z", "is no instant")]
    public async Task A_malformed_instant_is_refused(string at, string why)
    {
        var run = await CliRun.RunAsync("init", "--at", at);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain(why);
        run.Error.ShouldContain("hint: ");
    }

    [Theory]
    [InlineData("2027-06-19T14:00:00Z")]
    [InlineData("2027-06-19T14:00Z")]
    [InlineData("2027-06-19T10:00:00-04:00")]
    [InlineData("2027-06-19T10:00-04:00")]
    public async Task An_instant_with_a_zone_is_taken(string at)
        => (await CliRun.RunAsync("init", "--at", at)).Code.ShouldBe(0);

    [Fact]
    public async Task Help_goes_to_standard_output_with_examples()
    {
        var run = await CliRun.RunAsync("doctor", "--help");
        run.Code.ShouldBe(0);
        run.Error.ShouldBeEmpty();
        run.Out.ShouldContain("--for <monitor|advisor|operator|recover>");
        run.Out.ShouldContain("Examples:\n");
        run.Out.ShouldContain("  almanac doctor --db ");
    }

    [Fact]
    public async Task Nothing_at_all_prints_the_help()
    {
        var run = await CliRun.RunAsync();
        run.Code.ShouldBe(0);
        run.Out.ShouldContain("doctor");
    }

    [Fact]
    public async Task Version_is_the_products_own()
    {
        var run = await CliRun.RunAsync("--version");
        run.Code.ShouldBe(0);
        run.Out.ShouldBe($"almanac {Almanac.Cli.AlmanacCli.Version}\n");
    }
}
