using Almanac.Model;
using Almanac.Tools.Process;

namespace Almanac.Embedded;

/// <summary>Finds PostgreSQL's programs and runs them as a user that PostgreSQL accepts: never root.</summary>
internal sealed class ServerPrograms
{
    private static readonly string[] Folders = ["/usr/lib/postgresql/15/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql@15/bin"];

    private readonly string folder;

    private ServerPrograms(string folder, string? user) => (this.folder, User) = (folder, user);

    /// <summary>The user to switch to; null when this process's own user will do.</summary>
    public string? User { get; }

    /// <exception cref="AlmanacException">Exit code 12 when PostgreSQL 15, HypoPG or the user <c>postgres</c> is missing.</exception>
    public static ServerPrograms Find()
    {
        var folder = Environment.GetEnvironmentVariable("ALMANAC_PG_BIN") is { Length: > 0 } given
            ? given
            : Array.Find(Folders, f => File.Exists(Path.Combine(f, "postgres")));
        if (folder is null || !File.Exists(Path.Combine(folder, "postgres")))
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                "PostgreSQL 15 is not installed here.",
                "Start through the ./almanac script, which installs it, or set ALMANAC_PG_BIN to the folder of its programs.");
        }

        if (Environment.UserName != "root")
        {
            return new ServerPrograms(folder, null);
        }

        var hasUser = File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal));
        return hasUser
            ? new ServerPrograms(folder, "postgres")
            : throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                "PostgreSQL refuses to run as root, and there is no user 'postgres' to switch to.",
                "Install the package postgresql-15, which creates it, or run Almanac as an ordinary user.");
    }

    /// <summary>Runs one of PostgreSQL's programs to its end as the server's user.</summary>
    public Task<ToolResult> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellation)
        => RunPlainAsync(Path.Combine(folder, program), arguments, deadline, cancellation);

    /// <summary>Runs any program as the server's user.</summary>
    public Task<ToolResult> RunPlainAsync(string program, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellation)
        => User is null
            ? ToolClient.RunAsync(program, arguments, deadline, cancellation, workingFolder: "/")
            : ToolClient.RunAsync(
                "setpriv", [$"--reuid={User}", $"--regid={User}", "--init-groups", program, .. arguments], deadline, cancellation, workingFolder: "/");
}
