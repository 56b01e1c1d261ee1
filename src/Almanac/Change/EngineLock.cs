using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change;

/// <summary>
/// One engine at a time acts on a database: a session-level advisory lock, held by a session of its own, free as soon as its holder
/// dies. It needs a direct connection: a pooler in transaction mode would share it out.
/// </summary>
internal sealed class EngineLock : IAsyncDisposable
{
    /// <summary>The key: "ALMANAC" in ASCII. Locks are per database, so other databases of the server are not concerned.</summary>
    public const long Key = 0x41_4C_4D_41_4E_41_43;

    private readonly PostgresReader session;

    private EngineLock(PostgresReader session) => this.session = session;

    /// <summary>Takes the lock; when somebody else has it, says who.</summary>
    public static async Task<(EngineLock? Lock, string? Holder)> TryTakeAsync(ConnectionTarget target, CancellationToken cancellation)
    {
        var session = await PostgresReader.OpenAsync(target, "change-lock", cancellation);
        try
        {
            // A moment's patience: a server needs one to notice that a killed engine is gone.
            await session.ScalarAsync<string>("SELECT set_config('lock_timeout', '1s', false)", null, cancellation);
            try
            {
                await session.ScalarAsync<string>("SELECT pg_advisory_lock(@key)::text", new { key = Key }, cancellation);
                return (new EngineLock(session), null);
            }
            catch (AlmanacException e) when (e.SqlState() is "55P03")
            {
                // Held by somebody who lives.
            }

            var holders = await session.QueryAsync<string>(SqlResource.Load("Change/Sql/lock_holder.sql"), new { key = Key }, cancellation);
            await session.DisposeAsync();
            return (null, holders is [var holder, ..] ? holder : "an engine that has just ended");
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes the lock, or fails.</summary>
    /// <exception cref="AlmanacException">Exit code 12 when a living engine holds it.</exception>
    public static async Task<EngineLock> TakeAsync(ConnectionTarget target, CancellationToken cancellation)
        => await TryTakeAsync(target, cancellation) switch
        {
            ({ } taken, _) => taken,
            (_, var holder) => throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"Another Almanac is at work on {target.Display}: {holder}.",
                "One engine at a time changes a database; wait for it, or end it."),
        };

    /// <summary>Fails when the holding session was lost meanwhile.</summary>
    public Task AssureAsync(CancellationToken cancellation) => session.ScalarAsync<int>("SELECT 1", null, cancellation);

    /// <summary>Gives the lock back at once: closing the session alone would leave it held until the server has noticed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await session.ScalarAsync<bool>("SELECT pg_advisory_unlock(@key)", new { key = Key }, CancellationToken.None);
        }
        catch (AlmanacException)
        {
            // The session is lost, and the lock with it.
        }

        await session.DisposeAsync();
    }
}
