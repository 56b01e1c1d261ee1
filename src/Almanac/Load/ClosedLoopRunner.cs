using System.Diagnostics;
using Almanac.Config;
using Almanac.Model;
using Npgsql;

namespace Almanac.Load;

/// <summary>
/// Runs one class a fixed number of times, one after the other, on one connection: the way to learn what an operation costs the server
/// in CPU time. Its durations say nothing about a loaded system; <see cref="OpenLoopRunner"/> is for that.
/// </summary>
public static class ClosedLoopRunner
{
    /// <summary>
    /// Runs the class and reads the CPU time of the server process behind the connection before and after.
    /// </summary>
    /// <remarks>
    /// The session runs without parallel workers, whose CPU time would be in processes that come and go; so all of an operation's
    /// CPU time is in the one process that is read.
    /// </remarks>
    /// <param name="target">Where to; the server's CPU time is known only when it runs on this machine.</param>
    /// <param name="operation">What to run.</param>
    /// <param name="count">How often it is measured.</param>
    /// <param name="warmUp">How often it runs before, unmeasured; at least 6, after which the server has settled its plans.</param>
    /// <param name="seed">Decides the parameters.</param>
    /// <param name="cancellation">Stops the statement that runs.</param>
    /// <exception cref="AlmanacException">Exit code 10 when the target cannot be reached.</exception>
    public static async Task<FixedLoadResult> RunFixedAsync(
        ConnectionTarget target, LoadClass operation, int count, int warmUp, ulong seed, CancellationToken cancellation)
    {
        var session = new LoadSession { Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_parallel_workers_per_gather"] = "0" } };
        using var connection = new LoadConnection(target, [operation], session);
        await using var cancel = cancellation.Register(connection.Cancel);
        try
        {
            return await Task.Factory.StartNew(
                () => Run(connection, target, operation, count, Math.Max(6, warmUp), seed, cancellation),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Tools.Postgres.PostgresErrors.Translate(e, target, "connect and prepare");
        }
    }

    private static FixedLoadResult Run(
        LoadConnection connection, ConnectionTarget target, LoadClass operation, int count, int warmUp, ulong seed, CancellationToken cancellation)
    {
        connection.Open();
        var schedule = new ArrivalSchedule([operation], null, seed);
        for (var i = 0; i < warmUp && schedule.TryTake(out var arrival); i++)
        {
            connection.Execute(arrival);
        }

        // Connected now, so that a lost connection is seen: another process would have another clock.
        connection.Open();
        var pid = connection.BackendPid;
        var local = ServerCpuReader.IsLocal(target, pid);
        var record = new ClassRecord();
        var before = local ? ServerCpuReader.OfProcess(pid) : null;
        for (var i = 0; i < count && schedule.TryTake(out var arrival); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sent = Stopwatch.GetTimestamp();
            if (connection.Execute(arrival) is { } error)
            {
                record.Errors[error] = record.Errors.GetValueOrDefault(error) + 1;
            }
            else
            {
                record.Service.Record(Stopwatch.GetElapsedTime(sent).Ticks * 100);
            }
        }

        cancellation.ThrowIfCancellationRequested();
        var after = local && connection.BackendPid == pid ? ServerCpuReader.OfProcess(pid) : null;
        return new FixedLoadResult
        {
            Name = operation.Name,
            BackendPid = pid,
            Count = record.Service.Count,
            Service = record.Service.Summarise(),
            Errors = record.Errors,
            ServerCpuMs = (after - before)?.TotalMilliseconds,
        };
    }
}
