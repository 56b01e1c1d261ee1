using System.CommandLine;
using System.CommandLine.Invocation;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Model;

namespace Almanac.Cli;

/// <summary>Runs one command line to its exit code; nothing escapes as an exception.</summary>
public static class AlmanacCli
{
    /// <summary>The product's version, without build metadata.</summary>
    public static string Version { get; } = typeof(AlmanacCli).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Parses, runs the one verb that was asked for, and says on standard error what went wrong, if anything did.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(CliContext context)
    {
        var line = CommandLine.For(context);
        var parsed = line.Root.Parse(context.Args.Count == 0 ? ["--help"] : context.Args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var errors = new ErrorText(context, line.Common, parsed);
        try
        {
            if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true }))
            {
                return errors.Write(UsageErrors.For(parsed));
            }

            // Signals are the entry point's business, and the exceptions are translated below.
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = context.Out,
                Error = context.Error,
            };
            return await parsed.InvokeAsync(invocation, context.Cancellation);
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            return errors.Write(new AlmanacException(ExitCode.Interrupted, "Interrupted.", null));
        }
        catch (AlmanacException e)
        {
            return errors.Write(e);
        }
        catch (Exception e)
        {
            return errors.WriteUnexpected(e);
        }
    }
}
