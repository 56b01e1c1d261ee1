using System.Net.Sockets;
using System.Security.Authentication;
using Almanac.Config;
using Almanac.Model;
using Npgsql;

namespace Almanac.Tools.Postgres;

/// <summary>Says what went wrong on a server in one sentence, with a hint and the right exit code.</summary>
internal static class PostgresErrors
{
    public static AlmanacException Translate(Exception error, ConnectionTarget target, string what)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException server:
                    return FromServer(server, target, what, error);
                case SocketException socket:
                    return new AlmanacException(
                        ExitCode.Unreachable,
                        $"Cannot reach {target.Display}: {Lower(socket.Message)}.",
                        "Check host and port, and that the server runs and listens there.",
                        error);
                case AuthenticationException:
                    return new AlmanacException(
                        ExitCode.Unreachable,
                        $"The TLS handshake with {target.Display} failed: {cause.Message.TrimEnd('.')}.",
                        "Check sslmode and sslrootcert, or the server's certificate.",
                        error);
            }
        }

        if (error is OperationCanceledException or TimeoutException || error.InnerException is TimeoutException)
        {
            return new AlmanacException(
                ExitCode.Unreachable,
                $"{target.Display} did not answer in time ({Short(what)}).",
                "The server may be overloaded or hanging; try again, or raise connect_timeout.",
                error);
        }

        if (error.Message.Contains("password", StringComparison.OrdinalIgnoreCase))
        {
            return new AlmanacException(
                ExitCode.Unreachable,
                $"{target.Display} asks for a password and none was given.",
                "Give it in the URI, by PGPASSWORD, or in ~/.pgpass.",
                error);
        }

        return new AlmanacException(
            ExitCode.Unreachable,
            $"The connection to {target.Display} failed: {Lower(error.Message.TrimEnd('.'))}.",
            "Check that the server is up and did not restart; then run the command again.",
            error);
    }

    private static AlmanacException FromServer(PostgresException server, ConnectionTarget target, string what, Exception error)
    {
        var (code, hint) = server.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword => (ExitCode.Unreachable, "Check user and password (URI, PGPASSWORD or ~/.pgpass)."),
            PostgresErrorCodes.InvalidAuthorizationSpecification => (ExitCode.Unreachable, "Check the user name and the server's pg_hba.conf."),
            PostgresErrorCodes.InvalidCatalogName => (ExitCode.Unreachable, "Check the database name; `psql -l` lists those that exist."),
            PostgresErrorCodes.TooManyConnections => (ExitCode.Unreachable, "The server has no free connection; raise max_connections or the role's limit, or try later."),
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                => (ExitCode.Unreachable, "The server is stopping or starting; try again in a moment."),
            PostgresErrorCodes.QueryCanceled => (ExitCode.Unreachable, "The statement ran into its deadline; the server may be overloaded."),
            PostgresErrorCodes.LockNotAvailable => (ExitCode.ToolFailed, "Another session or an old transaction was in the way; `almanac observe sessions` shows it. Try again when it is gone."),
            PostgresErrorCodes.InsufficientPrivilege => (ExitCode.PrerequisiteMissing, "`almanac init` prints the GRANTs that each role needs."),
            PostgresErrorCodes.ReadOnlySqlTransaction => (ExitCode.PrerequisiteMissing, "Point Almanac at the primary: a standby (or a read-only session) cannot be changed."),
            PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.UndefinedObject when server.MessageText.Contains("extension", StringComparison.Ordinal)
                => (ExitCode.PrerequisiteMissing, "Install the extension's package on the server; `almanac doctor` says which."),
            _ => (ExitCode.ToolFailed, "This looks unexpected; `almanac doctor` checks the prerequisites."),
        };
        return new AlmanacException(code, $"{target.Display}: {server.MessageText.TrimEnd('.')} ({server.SqlState}, {Short(what)}).", hint, error)
        {
            Data = { ["sqlstate"] = server.SqlState, ["position"] = server.Position },
        };
    }

    private static string Short(string what)
    {
        var line = what.ReplaceLineEndings(" ").Trim();
        return line.Length <= 60 ? line : line[..57] + "...";
    }

    private static string Lower(string sentence) => sentence.Length == 0 ? sentence : char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');
}
