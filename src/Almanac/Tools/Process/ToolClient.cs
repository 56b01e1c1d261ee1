using System.ComponentModel;
using System.Diagnostics;
using Almanac.Model;
using OsProcess = System.Diagnostics.Process;

namespace Almanac.Tools.Process;

/// <summary>What a finished tool left: its exit code and its last output.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error);

/// <summary>The one place where a child process is started: no shell, a deadline, and the whole tree killed on cancellation.</summary>
public static class ToolClient
{
    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="AlmanacException">Exit code 11 when it cannot be started or outlives its deadline.</exception>
    public static async Task<ToolResult> RunAsync(
        string executable, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellation,
        string? workingFolder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Create(executable, arguments, workingFolder, environment);
        try
        {
            Start(process);
        }
        catch (Win32Exception e)
        {
            throw new AlmanacException(ExitCode.ToolFailed, $"Cannot start {executable}: {e.Message}.", "Is it installed and on the path?", e);
        }

        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ToolResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AlmanacException(ExitCode.ToolFailed, $"{executable} did not end within {deadline.TotalSeconds:0} s and was stopped.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Starts a child that outlives this process (a detached server); its streams go nowhere.</summary>
    /// <returns>The child's process id.</returns>
    public static int StartDetached(string executable, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // setsid gives the child its own session, so that the terminal's Ctrl-C does not reach it.
        using var process = Create("setsid", [executable, .. arguments], null, environment);
        Start(process);
        process.StandardInput.Close();
        return process.Id;
    }

    /// <summary>Ends a child that was started detached, and its tree; one that is gone already is fine.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using var process = OsProcess.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended between the look and the kill.
        }
    }

    private static OsProcess Create(string executable, IReadOnlyList<string> arguments, string? workingFolder, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingFolder ?? string.Empty,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return new OsProcess { StartInfo = start };
    }

#pragma warning disable RS0030 // This is the one place.
    private static void Start(OsProcess process) => process.Start();
#pragma warning restore RS0030
}
