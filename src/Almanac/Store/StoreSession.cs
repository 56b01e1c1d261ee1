using Almanac.Tools.Postgres;

namespace Almanac.Store;

/// <summary>What the rooms above may run in the store: plain SQL with Dapper parameters, inside of one transaction.</summary>
public sealed class StoreSession
{
    private readonly PostgresClient client;

    internal StoreSession(PostgresClient client) => this.client = client;

    /// <summary>Rows mapped by column name (snake_case to PascalCase).</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.QueryAsync<T>(sql, parameters, cancellation);

    /// <summary>The first column of the first row; default when there is none.</summary>
    public Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => client.ScalarAsync<T>(sql, parameters, cancellation);

    /// <summary>The number of rows affected.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellation)
        => client.ExecuteAsync(sql, parameters, cancellation);

    /// <summary>Until the end of the transaction nobody else holds this lock of this store.</summary>
    public Task LockAsync(StoreLock purpose, CancellationToken cancellation)
        => client.ExecuteAsync("select pg_advisory_xact_lock(@space, @purpose)", new { space = StoreLocks.Space, purpose = (int)purpose }, cancellation);
}

/// <summary>What a lock of the store protects.</summary>
public enum StoreLock
{
    /// <summary>The schema's version: one process migrates at a time.</summary>
    Migration = 1,

    /// <summary>The ledger's end: one entry is appended at a time.</summary>
    LedgerEnd = 2,

    /// <summary>Creating and dropping partitions of observations.</summary>
    Partitions = 3,
}

/// <summary>Advisory locks share one number space in a database; this is Almanac's part of it.</summary>
internal static class StoreLocks
{
    /// <summary>The letters "almn".</summary>
    public const int Space = 0x616C6D6E;
}
