using System.Diagnostics;
using Almanac.Config;
using Almanac.Model;
using NodaTime;
using Npgsql;

namespace Almanac.Load;

/// <summary>What an open-loop run is to do.</summary>
public sealed record OpenLoopPlan
{
    public required IReadOnlyList<LoadClass> Classes { get; init; }

    /// <summary>Connections, each pinned to a thread of its own. Default: 8.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>Decides schedule and parameters.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How long arrivals come.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after that a backlog is still worked off, before the rest counts as unsent. Default: 10 s.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(10);
    public LoadSession Session { get; init; } = new();
}

/// <summary>
/// Sends operations at the times of a schedule, not when the target is ready for them, and measures each from its intended start. So a
/// target that hangs is seen as its users see it (no coordinated omission). Its own lateness is reported apart.
/// </summary>
/// <remarks>
/// A thread for each connection with blocking calls: the steadiest of the designs that were measured on Npgsql for up to some two
/// thousand operations a second. Real time from the monotonic clock; no simulated clock can drive it.
/// </remarks>
public static class OpenLoopRunner
{
    // Beyond this a trickle does not catch up: a server that was restarted is not met by a flood.
    private static readonly TimeSpan TrickleForgets = TimeSpan.FromSeconds(1);

    /// <summary>Runs the plan to its end; the connections are opened and all statements prepared before the clock starts.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the target cannot be reached at the start; later failures are counted, not thrown.</exception>
    public static Task<LoadResult> RunAsync(ConnectionTarget target, OpenLoopPlan plan, CancellationToken cancellation)
        => RunAsync(target, plan, endless: false, cancellation);

    /// <summary>A trickle of traffic until it is cancelled: reconnects after the server was away, and does not catch up on what it missed.</summary>
    /// <returns>The account of it; cancellation is its normal end and does not throw.</returns>
    public static Task<LoadResult> RunUntilCancelledAsync(ConnectionTarget target, OpenLoopPlan plan, CancellationToken cancellation)
        => RunAsync(target, plan, endless: true, cancellation);

    private static async Task<LoadResult> RunAsync(ConnectionTarget target, OpenLoopPlan plan, bool endless, CancellationToken cancellation)
    {
        var workers = new List<Worker>();
        try
        {
            for (var i = 0; i < plan.Connections; i++)
            {
                workers.Add(new Worker(target, plan));
            }

            if (!endless)
            {
                await OpenAsync(workers, target, cancellation);
            }

            var run = new Run(new ArrivalSchedule(plan.Classes, endless ? null : plan.Duration, plan.Seed), plan, endless);
            await using (cancellation.Register(() => workers.ForEach(w => w.Connection.Cancel())))
            {
                await Task.WhenAll(workers.Select(w => Task.Factory.StartNew(
                    () => w.Work(run, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            }

            if (!endless)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            return LoadAccount.Of(plan, endless ? run.Elapsed : plan.Duration, [.. workers.Select(w => w.Record)]);
        }
        finally
        {
            workers.ForEach(w => w.Connection.Dispose());
        }
    }

    private static async Task OpenAsync(List<Worker> workers, ConnectionTarget target, CancellationToken cancellation)
    {
        try
        {
            foreach (var worker in workers)
            {
                await Task.Run(worker.Connection.Open, cancellation);
            }
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
        {
            throw Tools.Postgres.PostgresErrors.Translate(e, target, "connect and prepare");
        }
    }

    /// <summary>What the threads of one run share.</summary>
    private sealed class Run(ArrivalSchedule schedule, OpenLoopPlan plan, bool endless)
    {
        private readonly Lock gate = new();

        // A moment ahead, so that all threads stand ready for the first arrival.
        private readonly long start = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 50);

        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(start);

        public TimeSpan Duration { get; } = endless ? TimeSpan.MaxValue : plan.Duration;

        public bool TryTake(out Arrival arrival)
        {
            lock (gate)
            {
                return schedule.TryTake(out arrival);
            }
        }

        public long TimestampOf(in Arrival arrival) => start + (long)(arrival.IntendedMicroseconds * (Stopwatch.Frequency / 1e6));

        /// <summary>Whether an arrival that has waited this long is no longer sent.</summary>
        public bool GivesUp(TimeSpan waited) => endless ? waited > TrickleForgets : Elapsed > plan.Duration + plan.DrainLimit;
    }

    /// <summary>A thread, its connection and what it has measured.</summary>
    private sealed class Worker(ConnectionTarget target, OpenLoopPlan plan)
    {
        public LoadConnection Connection { get; } = new(target, plan.Classes, plan.Session);

        public LoadRecord Record { get; } = new(plan.Classes.Count);

        public void Work(Run run, CancellationToken cancellation)
        {
            PreciseWait.PrepareThread();
            while (!cancellation.IsCancellationRequested && run.TryTake(out var arrival))
            {
                var intended = run.TimestampOf(arrival);
                var free = Stopwatch.GetTimestamp();
                var waited = Stopwatch.GetElapsedTime(intended, free);
                if (run.GivesUp(waited))
                {
                    Record.Unsent(arrival.Class, waited);
                    continue;
                }

                PreciseWait.Until(intended, cancellation);
                if (cancellation.IsCancellationRequested)
                {
                    return;
                }

                var sent = Stopwatch.GetTimestamp();
                var error = Connection.Execute(arrival);
                var answered = Stopwatch.GetTimestamp();
                if (cancellation.IsCancellationRequested)
                {
                    return;
                }

                Record.Waited(Stopwatch.GetElapsedTime(Math.Max(intended, free), sent), waited);
                Record.Done(
                    arrival.Class, error, Stopwatch.GetElapsedTime(intended, answered), Stopwatch.GetElapsedTime(sent, answered),
                    inTime: run.Elapsed <= run.Duration);
            }
        }
    }
}
