using System.Collections.Concurrent;
using Almanac.Tools.Postgres;

namespace Almanac.Samples;

/// <summary>Fills an empty private database with the marketplace: the same rows for the same scale and seed, through COPY on two connections.</summary>
public static class WedSyncLoader
{
    private const int Connections = 2;

    /// <summary>Loads schema, rows and keys, then vacuums, analyses and checkpoints.</summary>
    /// <param name="target">An empty database of a private cluster.</param>
    /// <param name="scale">1 = 50,000 vendors, 200,000 weddings, 2 M guests, 1 M bookings.</param>
    /// <param name="seed">The same seed and scale make the same data everywhere.</param>
    /// <param name="progress">Told at each table and every few thousand rows; may be null.</param>
    /// <param name="cancellation">Leaves a half-filled database behind.</param>
    /// <returns>The world that was loaded, which makes parameters for its operations.</returns>
    public static async Task<WedSyncWorld> LoadAsync(
        PrivateTarget target, double scale, ulong seed, IProgress<LoadProgress>? progress, CancellationToken cancellation)
    {
        var world = new WedSyncWorld(scale, seed);
        var tables = WedSyncTables.All(world);
        var meter = new Meter(progress, tables.Sum(t => (long)t.Rows));
        var statements = SqlScript.LoadStatements("schema.sql");
        await RunAsync(target, statements.Where(s => s.StartsWith("CREATE TABLE", StringComparison.Ordinal)), 1, cancellation);

        // Several tables at a time; FREEZE spares the vacuum a rewrite, and asks for a table that is new to the transaction.
        await EachAsync(
            target, tables, Connections,
            async (writer, table) =>
            {
                meter.Step(table.Name);
                await writer.ExecuteAsync($"BEGIN; TRUNCATE {table.Name}", cancellation);
                await writer.CopyAsync(
                    $"COPY {table.Name} ({table.Columns}) FROM STDIN (FREEZE)",
                    (copy, token) => WriteAsync(table, copy, meter, token),
                    cancellation);
                await writer.ExecuteAsync("COMMIT", cancellation);
            },
            cancellation);

        meter.Step("keys");
        await RunAsync(target, statements.Where(IsKey), Connections, cancellation);

        // References lock two tables each, so one after the other.
        meter.Step("references");
        await RunAsync(target, statements.Where(s => s.Contains("FOREIGN KEY", StringComparison.Ordinal)), 1, cancellation);
        await RunAsync(target, tables.Select(t => $"SELECT setval(pg_get_serial_sequence('{t.Name}', 'id'), {t.Rows})"), 1, cancellation);

        meter.Step("vacuum");
        await RunAsync(target, tables.Select(t => $"VACUUM (ANALYZE) {t.Name}"), Connections, cancellation);
        await RunAsync(target, ["CHECKPOINT"], 1, cancellation);
        meter.Step("done");
        return world;
    }

    private static bool IsKey(string statement)
        => statement.StartsWith("CREATE UNIQUE INDEX", StringComparison.Ordinal)
            || (statement.StartsWith("ALTER TABLE", StringComparison.Ordinal) && !statement.Contains("FOREIGN KEY", StringComparison.Ordinal));

    private static async Task WriteAsync(WedSyncTable table, TextWriter copy, Meter meter, CancellationToken cancellation)
    {
        var writeRow = table.Begin();
        var buffer = new RowBuffer();
        var sent = 0;
        for (var i = 0; i < table.Rows; i++)
        {
            writeRow(i, buffer);
            if (buffer.Full || i == table.Rows - 1)
            {
                await copy.WriteAsync(buffer.Written, cancellation);
                buffer.Clear();
                meter.Add(table.Name, i + 1 - sent);
                sent = i + 1;
            }
        }
    }

    private static Task RunAsync(PrivateTarget target, IEnumerable<string> statements, int connections, CancellationToken cancellation)
        => EachAsync(target, statements, connections, (writer, statement) => writer.ExecuteAsync(statement, cancellation), cancellation);

    // Hands the items out in their order; the first failure stops the other connections too.
    private static async Task EachAsync<T>(
        PrivateTarget target, IEnumerable<T> items, int connections, Func<ScratchWriter, T, Task> act, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<T>(items);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => DrainAsync()));

        async Task DrainAsync()
        {
            try
            {
                await using var writer = await ScratchWriter.OpenAsync(target, "samples", stop.Token, TimeSpan.FromHours(1));
                await writer.ExecuteAsync("SET maintenance_work_mem = '256MB'", stop.Token);
                while (!stop.IsCancellationRequested && queue.TryDequeue(out var item))
                {
                    await act(writer, item);
                }
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }

    // Two connections report to it at once.
    private sealed class Meter(IProgress<LoadProgress>? progress, long total)
    {
        private long rows;

        public void Step(string step) => progress?.Report(new LoadProgress(step, Interlocked.Read(ref rows), total));

        public void Add(string step, int more) => progress?.Report(new LoadProgress(step, Interlocked.Add(ref rows, more), total));
    }
}
