using System.Collections;
using System.Runtime.InteropServices;
using Almanac.Cli;

#pragma warning disable RS0030 // The entry point is the one place that knows the console.
using var interrupted = new CancellationTokenSource();

// The first signal asks the command to clean up and end; a second one is left to the runtime, which kills the process.
void Interrupt(PosixSignalContext signal)
{
    if (!interrupted.IsCancellationRequested)
    {
        signal.Cancel = true;
        interrupted.Cancel();
    }
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

return await AlmanacCli.RunAsync(new CliContext
{
    Args = args,
    Out = Console.Out,
    Error = Console.Error,
    Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? string.Empty, StringComparer.Ordinal),
    WorkingFolder = Environment.CurrentDirectory,
    BaseFolder = AppContext.BaseDirectory,
    Clock = TimeProvider.System,
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    InputIsTerminal = !Console.IsInputRedirected,
    Width = Console.IsOutputRedirected ? 120 : Math.Max(40, Console.WindowWidth),
    Cancellation = interrupted.Token,
});
