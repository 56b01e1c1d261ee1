using NodaTime;

namespace Almanac.Testing;

/// <summary>A clock that stands still until it is told to move; timers fire when it passes them.</summary>
public sealed class ManualTimeProvider(Instant start) : TimeProvider
{
    private readonly List<ManualTimer> timers = [];
    private readonly Lock gate = new();
    private Instant now = start;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now.ToDateTimeOffset();
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires the timers on the way, in order.</summary>
    public void Advance(Duration by)
    {
        var end = Read() + by;
        while (true)
        {
            ManualTimer? next;
            lock (gate)
            {
                next = timers.Where(t => t.Due <= end).MinBy(t => t.Due);
                now = next?.Due is { } due && due > now ? due : now;
                if (next is null)
                {
                    now = end;
                    return;
                }

                next.Rearm();
            }

            next.Fire();
        }
    }

    private Instant Read()
    {
        lock (gate)
        {
            return now;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, Action fire) : ITimer
    {
        private TimeSpan period;

        public Instant? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.gate)
            {
                period = newPeriod;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.now + Duration.FromTimeSpan(dueTime);
                clock.timers.Remove(this);
                if (Due is not null)
                {
                    clock.timers.Add(this);
                }
            }

            return true;
        }

        public void Rearm()
        {
            if (period > TimeSpan.Zero)
            {
                Due += Duration.FromTimeSpan(period);
            }
            else
            {
                Due = null;
                clock.timers.Remove(this);
            }
        }

        public void Fire() => fire();

        public void Dispose()
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
