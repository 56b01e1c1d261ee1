using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Observe;

/// <summary>Takes snapshots of one database over one session, which it renews when the server went away in between.</summary>
public sealed class SnapshotCollector(ConnectionTarget target) : IAsyncDisposable
{
    private SnapshotReader? reader;
    private IReadOnlyDictionary<long, string?> known = new Dictionary<long, string?>();

    /// <summary>Deadline of one tick; a scheduler gives 80 % of its interval. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the costly parts are read. Default: at every tick that needs them.</summary>
    public SnapshotIntervals Intervals { get; init; } = new();

    /// <summary>All texts known so far by queryid, redacted; null marks a statement of Almanac's own.</summary>
    public IReadOnlyDictionary<long, string?> Known => reader?.Known ?? known;

    /// <summary>Texts that the store holds already, so that they are not read again; given before the first tick.</summary>
    public void Know(IReadOnlyDictionary<long, string?> texts)
    {
        known = texts;
        reader?.Know(texts);
    }

    /// <summary>One tick.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or does not answer in time.</exception>
    public Task<ServerSnapshot> CollectAsync(CancellationToken cancellation)
        => WithReaderAsync(open => open.ReadAsync(cancellation), cancellation);

    /// <summary>The redacted texts of these statements; evicted ones are absent.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or does not answer in time.</exception>
    public Task<IReadOnlyDictionary<long, string>> TextsAsync(IReadOnlyCollection<long> unseenQueryIds, CancellationToken cancellation)
        => WithReaderAsync(open => open.TextsAsync(unseenQueryIds, cancellation), cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => CloseAsync();

    private async Task<T> WithReaderAsync<T>(Func<SnapshotReader, Task<T>> read, CancellationToken cancellation)
    {
        if (reader is null)
        {
            return await read(await OpenAsync(cancellation));
        }

        try
        {
            return await read(reader);
        }
        catch (AlmanacException e) when (!Slow(e))
        {
            // The session may have ended with the server's restart, or its prepared statements with an upgrade of the extension: once more, afresh.
            await CloseAsync();
            return await read(await OpenAsync(cancellation));
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    // Asking a server again at once that did not answer in time only adds to its load.
    private static bool Slow(AlmanacException e)
        => e.InnerException is TimeoutException or OperationCanceledException || e.Data["sqlstate"] is "57014" or "55P03";

    private async Task<SnapshotReader> OpenAsync(CancellationToken cancellation)
    {
        reader = await SnapshotReader.OpenAsync(target, "observe", cancellation, Timeout, Intervals);
        reader.Know(known);
        return reader;
    }

    private async ValueTask CloseAsync()
    {
        if (reader is not null)
        {
            known = reader.Known;
            await reader.DisposeAsync();
            reader = null;
        }
    }
}
