using Almanac.Config;
using Almanac.Model;

namespace Almanac.Tools.Postgres;

/// <summary>A session that only reads: <c>default_transaction_read_only</c> is on from the first statement.</summary>
public sealed class PostgresReader : IAsyncDisposable
{
    private readonly PostgresClient client;

    private PostgresReader(PostgresClient client) => this.client = client;

    /// <summary>What the session is connected to.</summary>
    public ConnectionTarget Target => client.Target;

    /// <summary>The raw session, for readers that need batches or the simple protocol.</summary>
    internal PostgresClient Client => client;

    /// <summary>Connects as <c>almanac/{word}</c>.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or refuses the credentials.</exception>
    public static async Task<PostgresReader> OpenAsync(ConnectionTarget target, string word, CancellationToken cancellation, TimeSpan? statementTimeout = null)
        => new(await PostgresClient.OpenAsync(
            target,
            new SessionOptions { Word = word, ReadOnly = true, StatementTimeout = statementTimeout ?? TimeSpan.FromSeconds(30) },
            cancellation));

    /// <summary>Rows mapped by column name (snake_case to PascalCase).</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.QueryAsync<T>(sql, parameters, cancellation);

    /// <summary>The first column of the first row.</summary>
    public Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.ScalarAsync<T>(sql, parameters, cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
