using System.Globalization;
using System.Runtime.InteropServices;
using Almanac.Benchmarks;
using Almanac.Model;

#pragma warning disable RS0030 // The entry point is the one place that touches the console.
var output = Console.Out;
var errors = Console.Error;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
#pragma warning restore RS0030
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

try
{
    switch (args)
    {
        case ["snapshot"]:
            return (int)await SnapshotBenchmark.RunAsync(7, output, errors, stop.Token);
        case ["snapshot", "--rounds", var rounds] when int.TryParse(rounds, CultureInfo.InvariantCulture, out var count) && count >= 5:
            return (int)await SnapshotBenchmark.RunAsync(count, output, errors, stop.Token);
        default:
            await errors.WriteLineAsync("usage: benchmarks/run snapshot [--rounds N, at least 5]");
            return (int)ExitCode.Usage;
    }
}
catch (AlmanacException e)
{
    await errors.WriteLineAsync($"error: {e.Message}\nhint: {e.Hint}");
    return (int)e.ExitCode;
}
catch (OperationCanceledException)
{
    return (int)ExitCode.Interrupted;
}
