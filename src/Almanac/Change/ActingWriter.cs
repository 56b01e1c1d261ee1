using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change;

/// <summary>The session that acts for one change: remembers what it ran, and can stop an earlier one that lost its client.</summary>
internal sealed class ActingWriter : IAsyncDisposable
{
    /// <summary>How long a statement that blocks others may queue for its lock, in milliseconds.</summary>
    private const int ShortLockMs = 2000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly PostgresWriter writer;
    private readonly TimeProvider time;
    private readonly List<string> sql = [];
    private readonly long lockTimeoutMs;

    private ActingWriter(PostgresWriter writer, TimeProvider time, long lockTimeoutMs)
    {
        this.writer = writer;
        this.time = time;
        this.lockTimeoutMs = lockTimeoutMs;
        ProcessId = writer.ProcessId;
    }

    // Kept, because a broken connection does not tell it any more, and just then it is needed.
    public int ProcessId { get; }

    public ConnectionTarget Target => writer.Target;

    public TimeProvider Time => time;

    /// <summary>What ran so far, in order.</summary>
    public IReadOnlyList<string> Sql => sql;

    /// <summary>
    /// Opens a session whose statements may take this long. lock_timeout also cuts the waits of CREATE INDEX CONCURRENTLY for old
    /// transactions (measured on PostgreSQL 15). While such a build waits, it keeps autovacuum and other schema changes off the table, so
    /// no single wait is longer than five minutes.
    /// </summary>
    public static async Task<ActingWriter> OpenAsync(ConnectionTarget target, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        // The server's deadline lies behind ours: it is for the case that we are not there any more.
        var backstop = limit + TimeSpan.FromSeconds(5);
        var wait = backstop < LongestWait ? backstop : LongestWait;
        var writer = await PostgresWriter.OpenAsync(target, "change", backstop, wait, cancellation);
        return new ActingWriter(writer, time, (long)wait.TotalMilliseconds);
    }

    /// <summary>Takes the table owner's role, where the rights are held by membership without inheritance.</summary>
    public async Task BecomeAsync(string? role, CancellationToken cancellation)
    {
        if (role is not null)
        {
            await writer.ExecuteAsync($"SET ROLE {SqlText.Quote(role)}", cancellation);
        }
    }

    /// <summary>Runs and remembers one statement.</summary>
    public async Task ExecuteAsync(string statement, CancellationToken cancellation)
    {
        sql.Add(statement);
        await writer.ExecuteAsync(statement, cancellation);
    }

    /// <summary>Runs a statement that needs a lock others would queue behind: it waits briefly and comes back, several times.</summary>
    public async Task ExecuteBrieflyAsync(string statement, int attempts, CancellationToken cancellation)
    {
        sql.Add(statement);
        await writer.ExecuteAsync($"SET lock_timeout = {ShortLockMs}", cancellation);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await writer.ExecuteAsync(statement, cancellation);
                await writer.ExecuteAsync($"SET lock_timeout = {lockTimeoutMs}", cancellation);
                return;
            }
            catch (AlmanacException e) when (e.SqlState() is "55P03" && attempt < attempts)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
            }
        }
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(string query, object? parameters, CancellationToken cancellation) => writer.QueryAsync<T>(query, parameters, cancellation);

    /// <summary>Makes sure that an earlier acting session is gone: asks it to cancel, then ends it. True when it was still there.</summary>
    public async Task<bool> StopAsync(int processId, CancellationToken cancellation)
    {
        const string Alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = @pid AND pid <> pg_backend_pid() AND application_name = 'almanac/change' AND datname = current_database()";
        var found = false;
        for (var attempt = 0; ; attempt++)
        {
            if (await writer.ScalarAsync<long>(Alive, new { pid = processId }, cancellation) == 0)
            {
                return found;
            }

            // The server notices a vanished client by itself within half a second; then it is asked, then told.
            found = true;
            if (attempt == 4)
            {
                await writer.ScalarAsync<bool>("SELECT pg_cancel_backend(@pid)", new { pid = processId }, cancellation);
            }
            else if (attempt == 20)
            {
                await writer.ScalarAsync<bool>("SELECT pg_terminate_backend(@pid)", new { pid = processId }, cancellation);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellation);
        }
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();
}

/// <summary>Reads the SQLSTATE off a translated error.</summary>
internal static class SqlStates
{
    public static string? SqlState(this AlmanacException error) => error.Data["sqlstate"] as string;
}
