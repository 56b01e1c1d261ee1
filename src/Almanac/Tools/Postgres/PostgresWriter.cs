using Almanac.Config;
using Almanac.Model;

namespace Almanac.Tools.Postgres;

/// <summary>A session that may change somebody's database. Only the room Change may use it (an architecture test holds that).</summary>
public sealed class PostgresWriter : IAsyncDisposable
{
    private readonly PostgresClient client;

    private PostgresWriter(PostgresClient client) => this.client = client;

    /// <summary>What the session is connected to.</summary>
    public ConnectionTarget Target => client.Target;

    /// <summary>The backend's process id, recorded before acting so that a leftover can be found.</summary>
    public int ProcessId => client.ProcessId;

    /// <summary>Connects as <c>almanac/{word}</c>; the server notices a killed client within half a second.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or refuses the credentials.</exception>
    public static async Task<PostgresWriter> OpenAsync(
        ConnectionTarget target, string word, TimeSpan statementTimeout, TimeSpan lockTimeout, CancellationToken cancellation)
        => new(await PostgresClient.OpenAsync(
            target,
            new SessionOptions
            {
                Word = word,
                ReadOnly = false,
                StatementTimeout = statementTimeout,
                LockTimeout = lockTimeout,
                ClientConnectionCheckInterval = TimeSpan.FromMilliseconds(500),
            },
            cancellation));

    /// <summary>Runs one statement outside of a transaction block.</summary>
    public Task<int> ExecuteAsync(string sql, CancellationToken cancellation) => client.ExecuteAsync(sql, null, cancellation);

    /// <summary>Rows mapped by column name.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.QueryAsync<T>(sql, parameters, cancellation);

    /// <summary>The first column of the first row.</summary>
    public Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.ScalarAsync<T>(sql, parameters, cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
