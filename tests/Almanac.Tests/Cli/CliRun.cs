using System.Text.Json;
using Almanac.Cli;
using Almanac.Testing;
using NodaTime;

namespace Almanac.Tests.Cli;

/// <summary>What one run of the command line left behind.</summary>
internal sealed record CliResult(int Code, string Out, string Error)
{
    /// <summary>Standard output as a document.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;
}

/// <summary>Runs the whole command line in this process, with streams, clock, environment and folder of its own.</summary>
internal sealed class CliRun
{
    /// <summary>A Wednesday noon, UTC.</summary>
    public static Instant Wednesday { get; } = Instant.FromUtc(2027, 6, 16, 12, 0);

    public TimeProvider Clock { get; init; } = new ManualTimeProvider(Wednesday);

    public string WorkingFolder { get; init; } = Path.GetTempPath();

    public Dictionary<string, string> Environment { get; init; } = new(StringComparer.Ordinal) { ["HOME"] = "/nonexistent" };

    public CancellationToken Cancellation { get; init; }

    public bool Terminal { get; init; }

    /// <summary>Runs with the wedding profile beside the executable, nothing configured, on a Wednesday.</summary>
    public static Task<CliResult> RunAsync(params string[] args) => new CliRun().StartAsync(args);

    public async Task<CliResult> StartAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await AlmanacCli.RunAsync(new CliContext
        {
            Args = args,
            Out = output,
            Error = error,
            Environment = Environment,
            WorkingFolder = WorkingFolder,
            BaseFolder = AppContext.BaseDirectory,
            Clock = Clock,
            OutIsTerminal = Terminal,
            ErrorIsTerminal = Terminal,
            Width = 100,
            Cancellation = Cancellation,
        });
        return new CliResult(code, output.ToString(), error.ToString());
    }
}
