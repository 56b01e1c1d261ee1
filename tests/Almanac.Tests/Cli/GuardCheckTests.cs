using Almanac.Testing;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary><c>guard check</c> from the shipped profile alone.</summary>
public sealed class GuardCheckTests
{
    [Fact]
    public async Task A_wednesday_is_open_and_names_the_next_transition()
    {
        var run = await CliRun.RunAsync("guard", "check", "-o", "json");
        run.Code.ShouldBe(0);
        run.Json.GetProperty("state").GetString().ShouldBe("open");
        run.Json.GetProperty("regions")[0].GetString().ShouldBe("us-east-1");
        run.Json.GetProperty("nextTransition").GetString().ShouldBe("2027-06-19T04:00:00Z");
    }

    [Fact]
    public async Task A_saturday_is_closed_with_reason_and_next_opening()
    {
        var run = await CliRun.RunAsync("guard", "check", "--at", "2027-06-19T14:00:00Z");
        run.Code.ShouldBe(20);
        run.Out.ShouldContain("Saturday");
        run.Out.ShouldContain("next opening");
        run.Out.ShouldContain("(Sat 19 Jun 10:00 America/New_York)");
    }

    [Fact]
    public async Task A_sunday_asks_for_approval()
        => (await CliRun.RunAsync("guard", "check", "--scope", "ddl", "--at", "2027-06-20T14:00:00Z")).Code.ShouldBe(21);

    [Fact]
    public async Task Forty_minutes_do_not_fit_before_midnight_in_berlin_but_ten_do()
    {
        string[] question = ["guard", "check", "--scope", "ddl", "--region", "eu-central-1", "--at", "2027-06-18T21:30:00Z"];
        (await CliRun.RunAsync([.. question, "--duration", "40m"])).Code.ShouldBe(20);
        (await CliRun.RunAsync([.. question, "--duration", "10m"])).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Without_an_instant_the_clock_of_the_context_counts()
    {
        var saturday = new CliRun { Clock = new ManualTimeProvider(Instant.FromUtc(2027, 6, 19, 14, 0)) };
        (await saturday.StartAsync("guard", "check")).Code.ShouldBe(20);
    }

    [Fact]
    public async Task Several_regions_add_up()
        => (await CliRun.RunAsync("guard", "check", "--region", "us-west-2", "--region", "asia-pacific-1", "--at", "2027-06-18T20:00:00Z")).Code.ShouldBe(20);

    [Theory]
    [InlineData("--region", "mars", "has no region 'mars'")]
    [InlineData("--scope", "dll", "Did you mean 'ddl'?")]
    [InlineData("--duration", "40", "is no duration")]
    [InlineData("--duration", "m", "is no duration")]
    [InlineData("--duration", "forty", "is no duration")]
    public async Task A_question_that_makes_no_sense_ends_with_code_2(string option, string value, string says)
    {
        var run = await CliRun.RunAsync("guard", "check", option, value);
        run.Code.ShouldBe(2);
        run.Error.ShouldContain(says);
    }

    [Fact]
    public async Task Npgsql_is_not_needed_to_answer_from_files()
    {
        // A store that does not answer would fail the command, were it asked.
        var run = await CliRun.RunAsync("guard", "check", "--db", "postgresql://nobody@127.0.0.1:1/shop");
        run.Code.ShouldBe(0);
    }
}
