using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;
using Npgsql;

namespace Almanac.Load;

/// <summary>One pinned connection of the application, with every statement prepared on it; connects again when it was lost.</summary>
internal sealed class LoadConnection : IDisposable
{
    /// <summary>SQLSTATE under which a connection that was lost or refused without the server's word is counted.</summary>
    public const string ConnectionFailure = "08006";

    private readonly string connectionString;
    private readonly IReadOnlyList<LoadClass> classes;
    private readonly NpgsqlCommand?[][] commands;
    private readonly object[][][] values;
    private NpgsqlConnection? connection;
    private volatile NpgsqlCommand? running;

    public LoadConnection(ConnectionTarget target, IReadOnlyList<LoadClass> classes, LoadSession session)
    {
        var builder = ConnectionStrings.Base(target);
        builder.ApplicationName = session.ApplicationName;
        builder.Pooling = false;
        builder.CommandTimeout = (int)Math.Ceiling(session.StatementTimeout.TotalSeconds) + 5;
        string[] settings =
        [
            $"-c statement_timeout={(long)session.StatementTimeout.TotalMilliseconds}",
            $"-c lock_timeout={(long)session.StatementTimeout.TotalMilliseconds}",
            .. session.Settings.Select(s => $"-c {s.Key}={s.Value}"),
        ];
        builder.Options = string.Join(' ', [.. target.Options is null ? Array.Empty<string>() : [target.Options], .. settings]);
        connectionString = builder.ConnectionString;
        this.classes = classes;
        commands = [.. classes.Select(c => new NpgsqlCommand?[c.Statements.Count])];
        values = [.. classes.Select(c => c.Statements.Select(s => new object[s.Parameters]).ToArray())];
    }

    /// <summary>The server process behind it; 0 while there is none.</summary>
    public int BackendPid => connection?.ProcessID ?? 0;

    /// <summary>Connects, if it is not connected, and prepares all statements, so that no operation pays for it.</summary>
    public void Open()
    {
        if (connection is { State: System.Data.ConnectionState.Open })
        {
            return;
        }

        Close();
        connection = new NpgsqlConnection(connectionString);
        connection.Open();
        for (var c = 0; c < classes.Count; c++)
        {
            for (var s = 0; s < classes[c].Statements.Count; s++)
            {
                commands[c][s] = Prepare(connection, classes[c].Statements[s], values[c][s]);
            }
        }
    }

    /// <summary>Sends one statement and reads its answer to the end.</summary>
    /// <returns>Null, or the SQLSTATE of its failure.</returns>
    public string? Execute(in Arrival arrival)
    {
        try
        {
            Open();
            var statement = classes[arrival.Class].Statements[arrival.Statement];
            var command = commands[arrival.Class][arrival.Statement]!;
            var filled = values[arrival.Class][arrival.Statement];
            var random = new SeededRandom(arrival.ParameterSeed);
            statement.Fill(ref random, filled);
            for (var i = 0; i < filled.Length; i++)
            {
                command.Parameters[i].Value = filled[i];
            }

            running = command;
            command.ExecuteNonQuery();
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException)
        {
            Close();
            return ConnectionFailure;
        }
        finally
        {
            running = null;
        }
    }

    /// <summary>Asks the server to stop the statement that runs, if one does; may be called from another thread.</summary>
    public void Cancel() => running?.Cancel();

    public void Dispose() => Close();

    private static NpgsqlCommand Prepare(NpgsqlConnection connection, LoadStatement statement, object[] values)
    {
        // Any values will do: they decide the parameters' types.
        var random = new SeededRandom(0);
        statement.Fill(ref random, values);
        var command = new NpgsqlCommand(statement.Sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        command.Prepare();
        return command;
    }

    private void Close()
    {
        foreach (var command in commands.SelectMany(c => c))
        {
            command?.Dispose();
        }

        connection?.Dispose();
        connection = null;
    }
}

/// <summary>How the application's sessions are set up.</summary>
public sealed record LoadSession
{
    public string ApplicationName { get; init; } = "wedsync/app";

    /// <summary>Deadline of each statement. Default: 30 s.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Further settings by name; values without spaces.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
