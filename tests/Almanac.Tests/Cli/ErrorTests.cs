using System.Text.Json;
using Almanac.Cli;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary>Failures that a user can cause end with their own code, one sentence and a hint.</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task An_unreachable_host_ends_with_code_10()
    {
        var run = await CliRun.RunAsync("doctor", "--db", "postgresql://nobody@127.0.0.1:1/shop?connect_timeout=5");
        run.Code.ShouldBe(10);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldStartWith("almanac: Cannot reach nobody@127.0.0.1:1/shop: ");
        run.Error.ShouldContain("\nhint: ");
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task With_json_the_error_is_a_document_and_never_holds_the_password()
    {
        var run = await CliRun.RunAsync("doctor", "--db", "postgresql://nobody:hunter2@127.0.0.1:1/shop", "--output=json");
        run.Code.ShouldBe(10);
        var error = JsonDocument.Parse(run.Error).RootElement.GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("unreachable");
        run.Error.ShouldNotContain("hunter2");
    }

    [Theory]
    [InlineData("postgresql://host:notaport/db")]
    [InlineData("mysql://host/db")]
    [InlineData("nonsense=1 host=x")]
    public async Task A_malformed_connection_text_ends_with_a_usage_or_configuration_code(string uri)
    {
        var run = await CliRun.RunAsync("doctor", "--db", uri);
        run.Code.ShouldBeOneOf(2, 3);
        run.Error.ShouldContain("\nhint: ");
    }

    [Fact]
    public async Task An_interrupted_command_ends_with_code_130()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var run = await new CliRun { Cancellation = cancelled.Token }.StartAsync("doctor", "--db", "postgresql://nobody@127.0.0.1:1/shop");
        run.Code.ShouldBe(130);
        run.Error.ShouldContain("Interrupted");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_defect_ends_with_code_1_and_shows_the_stack_only_with_debug(bool debug)
    {
        using var error = new StringWriter();
        await using var broken = new BrokenWriter();
        var code = await AlmanacCli.RunAsync(new CliContext
        {
            Args = debug ? ["init", "--debug"] : ["init"],
            Out = broken,
            Error = error,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            WorkingFolder = Path.GetTempPath(),
            BaseFolder = AppContext.BaseDirectory,
            Clock = TimeProvider.System,
        });
        code.ShouldBe(1);
        error.ToString().ShouldStartWith("almanac: Almanac met a defect of its own: no writing here (InvalidOperationException).");
        error.ToString().Contains("   at ", StringComparison.Ordinal).ShouldBe(debug);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void Write(char value) => throw new InvalidOperationException("no writing here");

        public override void Write(string? value) => throw new InvalidOperationException("no writing here");

        public override void WriteLine(string? value) => throw new InvalidOperationException("no writing here");
    }
}
