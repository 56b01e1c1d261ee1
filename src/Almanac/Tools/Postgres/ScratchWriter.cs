using Almanac.Model;

namespace Almanac.Tools.Postgres;

/// <summary>A session that may do anything, on a private cluster only.</summary>
public sealed class ScratchWriter : IAsyncDisposable
{
    private readonly PostgresClient client;

    private ScratchWriter(PostgresClient client) => this.client = client;

    /// <summary>Connects as <c>almanac/{word}</c>.</summary>
    public static async Task<ScratchWriter> OpenAsync(PrivateTarget target, string word, CancellationToken cancellation, TimeSpan? statementTimeout = null)
        => new(await PostgresClient.OpenAsync(
            target.Target,
            new SessionOptions { Word = word, ReadOnly = false, StatementTimeout = statementTimeout ?? TimeSpan.FromMinutes(10), LockTimeout = TimeSpan.FromSeconds(30), Own = false },
            cancellation));

    /// <summary>Runs a statement, or several separated by semicolons.</summary>
    public Task<int> ExecuteAsync(string sql, CancellationToken cancellation) => client.ExecuteAsync(sql, null, cancellation);

    /// <summary>Rows mapped by column name.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.QueryAsync<T>(sql, parameters, cancellation);

    /// <summary>The first column of the first row.</summary>
    public Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.ScalarAsync<T>(sql, parameters, cancellation);

    /// <summary>COPY ... FROM STDIN in text format: <paramref name="write"/> receives the stream's writer.</summary>
    public Task CopyAsync(string copySql, Func<TextWriter, CancellationToken, Task> write, CancellationToken cancellation)
        => client.RunAsync(
            async () =>
            {
                await using var writer = await client.Connection.BeginTextImportAsync(copySql, cancellation);
                await write(writer, cancellation);
                return true;
            },
            copySql,
            cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => client.DisposeAsync();
}
