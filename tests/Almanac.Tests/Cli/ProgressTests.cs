using Almanac.Cli;
using Almanac.Cli.Rendering;
using Almanac.Testing;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary>Progress is sparse in a log, rewritten on a terminal, and silent when asked to be.</summary>
public sealed class ProgressTests : IDisposable
{
    private readonly ManualTimeProvider clock = new(CliRun.Wednesday);
    private readonly StringWriter error = new() { NewLine = "\n" };

    [Fact]
    public void A_log_sees_each_step_once_and_long_ones_every_ten_seconds()
    {
        var progress = Of(terminal: false, quiet: false);
        progress.Step("Loading");
        for (var second = 1; second <= 25; second++)
        {
            clock.Advance(Duration.FromSeconds(1));
            progress.Advance(second / 50.0);
        }

        error.ToString().ShouldBe("Loading\nLoading: 20 %, about 40 s left\nLoading: 40 %, about 30 s left\n");
    }

    [Fact]
    public void A_terminal_sees_one_line_that_a_note_does_not_tear()
    {
        var progress = Of(terminal: true, quiet: false);
        progress.Step("Loading");
        progress.Note("by the way");
        error.ToString().ShouldBe("\r\u001b[KLoading\nby the way\n");
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        var progress = Of(terminal: false, quiet: true);
        progress.Step("Loading");
        progress.Note("by the way");
        error.ToString().ShouldBeEmpty();
    }

    public void Dispose() => error.Dispose();

    private Progress Of(bool terminal, bool quiet) => new(
        new CliContext
        {
            Args = [],
            Out = TextWriter.Null,
            Error = error,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            WorkingFolder = "/",
            BaseFolder = "/",
            Clock = clock,
            ErrorIsTerminal = terminal,
        },
        quiet);
}
