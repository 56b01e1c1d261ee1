using System.Diagnostics;
using System.Text;

namespace Almanac.EndToEndTests.Executable;

/// <summary>The real executable, started through the script that users run; killed with its tree when the test ends.</summary>
public sealed class AlmanacProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    private AlmanacProcess(Process process) => this.process = process;

    /// <summary>Everything on standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Everything on standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (error)
            {
                return error.ToString();
            }
        }
    }

    /// <summary>The process that runs the CLI: the script replaces itself by it.</summary>
    public int Pid => process.Id;

    /// <summary>Starts <c>./almanac</c> with these arguments, in a folder of its own where no configuration lies.</summary>
    public static AlmanacProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>The same, with environment variables on top.</summary>
    public static AlmanacProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepositoryRoot(), "almanac"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["NO_COLOR"] = "1";
        start.Environment["HOME"] = Path.GetTempPath();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var running = new AlmanacProcess(new Process { StartInfo = start });
        running.process.OutputDataReceived += (_, line) => Append(running.output, line.Data);
        running.process.ErrorDataReceived += (_, line) => Append(running.error, line.Data);
#pragma warning disable RS0030 // The test drives the executable itself, kill -9 included.
        running.process.Start();
#pragma warning restore RS0030
        running.process.StandardInput.Close();
        running.process.BeginOutputReadLine();
        running.process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        await using var running = Start(arguments);
        var code = await running.WaitAsync();
        return (code, running.Output, running.Error);
    }

    /// <summary>Waits for the end and answers the exit code.</summary>
    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(12));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>SIGKILL, as the kernel or a power cut would do it.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Sends SIGINT, as Ctrl-C does.</summary>
    public void Interrupt()
    {
        using var kill = new Process { StartInfo = new ProcessStartInfo("kill", ["-INT", process.Id.ToString()]) };
#pragma warning disable RS0030 // See above.
        kill.Start();
#pragma warning restore RS0030
        kill.WaitForExit();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    /// <summary>The folder that holds the scripts.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Almanac.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is not null)
        {
            lock (to)
            {
                to.Append(line).Append('\n');
            }
        }
    }
}
