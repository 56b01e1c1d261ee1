using Almanac.Model;

namespace Almanac.Change;

/// <summary>Adds up what each statement did over successive readings of the cumulative counters; a reset never becomes a negative number.</summary>
public sealed class CounterWindow
{
    private readonly Dictionary<long, Running> statements = [];
    private readonly IReadOnlyList<StatementCounters> first;
    private Dictionary<StatementKey, StatementCounters> last;

    /// <summary>Starts the window at a first reading.</summary>
    public CounterWindow(IReadOnlyList<StatementCounters> first)
    {
        this.first = first;
        last = first.ToDictionary(c => c.Key);
    }

    /// <summary>Length so far, in seconds.</summary>
    public double Seconds { get; private set; }

    /// <summary>Statements that ran within the window.</summary>
    public IEnumerable<long> QueryIds => statements.Keys;

    /// <summary>The next reading, so many seconds after the one before.</summary>
    public void Add(IReadOnlyList<StatementCounters> reading, double seconds)
    {
        var next = reading.ToDictionary(c => c.Key);
        foreach (var group in next.Values.Where(c => c.Key.TopLevel).GroupBy(c => c.Key.QueryId))
        {
            var tick = Running.Zero;
            foreach (var counters in group)
            {
                // After a reset or an eviction the entry starts again: what it shows now is what ran since.
                var earlier = last.TryGetValue(counters.Key, out var e) && e.Calls <= counters.Calls && e.TotalMs <= counters.TotalMs ? e : null;
                tick = tick.Plus(counters, earlier);
            }

            if (tick.Calls > 0)
            {
                var running = statements.GetValueOrDefault(group.Key) ?? Running.Zero;
                running.Ticks.Add(new TickSample(tick.Calls, tick.TotalMs));
                statements[group.Key] = running with
                {
                    Calls = running.Calls + tick.Calls,
                    TotalMs = running.TotalMs + tick.TotalMs,
                    Squares = running.Squares + tick.Squares,
                    Blocks = running.Blocks + tick.Blocks,
                };
            }
        }

        last = next;
        Seconds += seconds;
    }

    /// <summary>What one statement did so far.</summary>
    public StatementSample Of(long queryId) => statements.TryGetValue(queryId, out var s)
        ? new StatementSample { Calls = s.Calls, TotalMs = s.TotalMs, SumOfSquaresMs2 = s.Squares, Blocks = s.Blocks, Ticks = s.Ticks }
        : StatementSample.None;

    /// <summary>What one statement had done before the window began, since its counters were last reset.</summary>
    public StatementSample HistoryOf(long queryId)
    {
        var sum = first.Where(c => c.Key.QueryId == queryId && c.Key.TopLevel).Aggregate(Running.Zero, (running, c) => running.Plus(c, null));
        return new StatementSample { Calls = sum.Calls, TotalMs = sum.TotalMs, SumOfSquaresMs2 = sum.Squares, Blocks = sum.Blocks };
    }

    private sealed record Running(long Calls, double TotalMs, double Squares, double Blocks)
    {
        public static Running Zero => new(0, 0, 0, 0);

        public List<TickSample> Ticks { get; } = [];

        public Running Plus(StatementCounters now, StatementCounters? before) => this with
        {
            Calls = Calls + now.Calls - (before?.Calls ?? 0),
            TotalMs = TotalMs + now.TotalMs - (before?.TotalMs ?? 0),
            Squares = Squares + Math.Max(0, now.SumOfSquaresMs2 - (before?.SumOfSquaresMs2 ?? 0)),
            Blocks = Blocks + BlocksOf(now) - (before is null ? 0 : BlocksOf(before)),
        };

        private static double BlocksOf(StatementCounters c) => c.SharedHit + c.SharedRead + c.TempRead + c.TempWritten;
    }
}
