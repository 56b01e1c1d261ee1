using System.Globalization;
using Almanac.Config;
using Almanac.Model;
using Dapper;
using NodaTime;
using Npgsql;

namespace Almanac.Tools.Postgres;

/// <summary>How a session is set up; every session has a name and deadlines.</summary>
internal sealed record SessionOptions
{
    /// <summary>The capability, shown as <c>application_name=almanac/word</c>.</summary>
    public required string Word { get; init; }
    public required bool ReadOnly { get; init; }
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Sessions that act have the server notice a killed client within this time.</summary>
    public TimeSpan? ClientConnectionCheckInterval { get; init; }

    /// <summary>The session's statements are Almanac's own and not to be observed; not so where it plays a user's part.</summary>
    public bool Own { get; init; } = true;
}

/// <summary>One session on one server, with deadlines and translated errors. Readers and writers are made of it.</summary>
internal sealed class PostgresClient : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly SessionOptions options;

    static PostgresClient()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new InstantHandler());
    }

    private PostgresClient(NpgsqlConnection connection, SessionOptions options, ConnectionTarget target)
    {
        this.connection = connection;
        this.options = options;
        Target = target;
    }

    public ConnectionTarget Target { get; }

    public NpgsqlConnection Connection => connection;

    public int ProcessId => connection.ProcessID;

    /// <summary>Connects and sets the session up.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or refuses the credentials.</exception>
    public static async Task<PostgresClient> OpenAsync(ConnectionTarget target, SessionOptions options, CancellationToken cancellation)
    {
        var opened = Connect(target, options);
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(TimeSpan.FromSeconds(target.ConnectTimeoutSeconds + 5));
            await opened.OpenAsync(deadline.Token);
            return new PostgresClient(opened, options, target);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            await opened.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            throw PostgresErrors.Translate(e, target, "connect");
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation, TimeSpan? timeout = null)
        => RunAsync<IReadOnlyList<T>>(async () => [.. await connection.QueryAsync<T>(Command(sql, parameters, timeout, cancellation))], sql, cancellation);

    public Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellation, TimeSpan? timeout = null)
        => RunAsync(async () => (await connection.ExecuteScalarAsync<T>(Command(sql, parameters, timeout, cancellation)))!, sql, cancellation);

    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellation, TimeSpan? timeout = null)
        => RunAsync(() => connection.ExecuteAsync(Command(sql, parameters, timeout, cancellation)), sql, cancellation);

    /// <summary>Runs work on the raw connection; the errors are translated.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, string what, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw PostgresErrors.Translate(e, Target, what);
        }
        catch (InvalidOperationException e) when (connection.State is not System.Data.ConnectionState.Open)
        {
            // The session was lost by an earlier statement.
            throw PostgresErrors.Translate(e, Target, what);
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    // Only built-in types are read: the driver's query for all others would be the costliest statement of a short session. Several
    // hosts are a matter of the connection string alone, so there the driver keeps its habit.
    private static NpgsqlConnection Connect(ConnectionTarget target, SessionOptions options)
    {
        var text = ConnectionStrings.For(target, options);
        if (target.Hosts.Count > 1)
        {
            return new NpgsqlConnection(text);
        }

        // Without a pool the source holds nothing that would have to be disposed of.
        var source = new NpgsqlDataSourceBuilder(text);
        source.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        return source.Build().CreateConnection();
    }

    // The client's own deadline lies behind the server's, so that the server's clearer error wins where it still answers.
    private CommandDefinition Command(string sql, object? parameters, TimeSpan? timeout, CancellationToken cancellation)
    {
        var limit = timeout ?? options.StatementTimeout;

        // Dapper would take a single word, such as CHECKPOINT, for the name of a procedure.
        return new CommandDefinition(
            options.Own ? OwnStatement.Mark(sql) : sql,
            parameters,
            commandTimeout: (int)Math.Ceiling(limit.TotalSeconds) + 5,
            commandType: System.Data.CommandType.Text,
            cancellationToken: cancellation);
    }

    private sealed class InstantHandler : SqlMapper.TypeHandler<Instant>
    {
        public override void SetValue(System.Data.IDbDataParameter parameter, Instant value) => parameter.Value = value.ToDateTimeUtc();

        public override Instant Parse(object value) => value switch
        {
            DateTime time => Instant.FromDateTimeUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            _ => throw new InvalidCastException(string.Create(CultureInfo.InvariantCulture, $"{value.GetType()} is no instant.")),
        };
    }
}
