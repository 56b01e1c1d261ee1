using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Store;

/// <summary>
/// The schema <c>almanac</c> in one PostgreSQL database: one session that the rooms above share, one piece of work at a
/// time, renewed when the server was restarted in between.
/// </summary>
public sealed class AlmanacDatabase : IAsyncDisposable
{
    private static readonly SessionOptions Options = new()
    {
        Word = "store",
        ReadOnly = false,
        StatementTimeout = TimeSpan.FromSeconds(60),
        LockTimeout = TimeSpan.FromSeconds(30),
    };

    private readonly SemaphoreSlim turn = new(1, 1);
    private PostgresClient client;

    private AlmanacDatabase(PostgresClient client, string role)
    {
        this.client = client;
        Role = role;
    }

    /// <summary>Where the store is.</summary>
    public ConnectionTarget Target => client.Target;

    /// <summary>The role that the server authenticated (session_user): the actor of every entry written here.</summary>
    public string Role { get; }

    /// <summary>Opens the store and brings its schema up to date.</summary>
    /// <param name="target">The database that holds (or gets) the schema.</param>
    /// <param name="createSchema">The consent to create the schema where it is absent.</param>
    /// <param name="cancellation">Stops the attempt.</param>
    /// <exception cref="AlmanacException">Exit code 10 when unreachable; 12 when the schema is absent, newer or different, or rights are missing.</exception>
    public static async Task<AlmanacDatabase> OpenAsync(ConnectionTarget target, bool createSchema, CancellationToken cancellation)
    {
        var opened = await PostgresClient.OpenAsync(target, Options, cancellation);
        try
        {
            await new MigrationWriter(opened, Migrations.Known).MigrateAsync(createSchema, cancellation);
            return new AlmanacDatabase(opened, await opened.ScalarAsync<string>("select session_user::text", null, cancellation));
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the database holds the schema; creates nothing.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the database cannot be reached.</exception>
    public static async Task<bool> HasSchemaAsync(ConnectionTarget target, CancellationToken cancellation)
    {
        await using var probe = await PostgresClient.OpenAsync(target, Options with { ReadOnly = true }, cancellation);
        return await MigrationWriter.HasSchemaAsync(probe, cancellation);
    }

    /// <summary>Rows mapped by column name (snake_case to PascalCase).</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => InTurnAsync(session => session.QueryAsync<T>(sql, parameters, cancellation), cancellation);

    /// <summary>The first column of the first row; default when there is none.</summary>
    public Task<T> ScalarAsync<T>(string sql, object? parameters, CancellationToken cancellation)
        => InTurnAsync(session => session.ScalarAsync<T>(sql, parameters, cancellation), cancellation);

    /// <summary>One statement that commits by itself; the number of rows affected.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters, CancellationToken cancellation)
        => InTurnAsync(session => session.ExecuteAsync(sql, parameters, cancellation), cancellation);

    /// <summary>All of the work commits, durably, or none of it.</summary>
    public Task<T> InTransactionAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation)
        => InTurnAsync(
            session => client.RunAsync(
                async () =>
                {
                    await using var transaction = await client.Connection.BeginTransactionAsync(cancellation);

                    // What is recorded before an act must not be lost with the server's next crash, whatever its default is.
                    await session.ExecuteAsync("set local synchronous_commit = on", null, cancellation);
                    var result = await work(session);
                    await transaction.CommitAsync(cancellation);
                    return result;
                },
                "store transaction",
                cancellation),
            cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        turn.Dispose();
    }

    private async Task<T> InTurnAsync<T>(Func<StoreSession, Task<T>> work, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await RenewAsync(cancellation);
            return await work(new StoreSession(client));
        }
        finally
        {
            turn.Release();
        }
    }

    // A setting that needs a restart of the server where the store lives breaks the session; nothing was sent yet, so a new one is safe.
    private async Task RenewAsync(CancellationToken cancellation)
    {
        try
        {
            await client.ExecuteAsync("select 1", null, cancellation);
        }
        catch (AlmanacException e) when (e.ExitCode is ExitCode.Unreachable)
        {
            var target = client.Target;
            await client.DisposeAsync();
            client = await PostgresClient.OpenAsync(target, Options, cancellation);
        }
        catch (InvalidOperationException)
        {
            var target = client.Target;
            await client.DisposeAsync();
            client = await PostgresClient.OpenAsync(target, Options, cancellation);
        }
    }
}
