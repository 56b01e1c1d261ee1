using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change.Operations;

/// <summary>Reports how far a build is, from a read-only session of its own. A watch that fails ends quietly: the build matters more.</summary>
internal static class BuildWatch
{
    public static async Task RunAsync(ConnectionTarget target, int builder, TimeProvider time, Action<string, double?> progress, CancellationToken cancellation)
    {
        try
        {
            await using var reader = await PostgresReader.OpenAsync(target, "change-watch", cancellation);
            while (!cancellation.IsCancellationRequested)
            {
                foreach (var row in await reader.QueryAsync<Row>(SqlResource.Load("Change/Sql/build_progress.sql"), new { pid = builder }, cancellation))
                {
                    progress(row.Text, row.Share);
                }

                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
            }
        }
        catch (Exception e) when (e is AlmanacException or OperationCanceledException)
        {
            // Also when the build is over: that is how it ends.
        }
    }

    private sealed record Row
    {
        public required string Phase { get; init; }
        public required long BlocksTotal { get; init; }
        public required long BlocksDone { get; init; }
        public required long TuplesTotal { get; init; }
        public required long TuplesDone { get; init; }
        public required long LockersTotal { get; init; }
        public required long LockersDone { get; init; }
        public required long CurrentLockerPid { get; init; }

        public string Text => Phase.StartsWith("waiting", StringComparison.Ordinal) && CurrentLockerPid != 0
            ? $"{Phase} ({LockersDone} of {LockersTotal} over; now the one of process {CurrentLockerPid})"
            : BlocksTotal > 0 ? $"{Phase}, {BlocksDone:N0} of {BlocksTotal:N0} blocks" : TuplesTotal > 0 ? $"{Phase}, {TuplesDone:N0} of {TuplesTotal:N0} rows" : Phase;

        public double? Share => BlocksTotal > 0 ? (double)BlocksDone / BlocksTotal : TuplesTotal > 0 ? (double)TuplesDone / TuplesTotal : null;
    }
}
