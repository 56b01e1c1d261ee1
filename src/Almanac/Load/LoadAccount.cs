using Almanac.Model;
using NodaTime;

namespace Almanac.Load;

/// <summary>What one thread has measured; merged when the run is over.</summary>
internal sealed class LoadRecord(int classes)
{
    public LatencyHistogram Lateness { get; } = new();
    public LatencyHistogram Queueing { get; } = new();
    public ClassRecord[] Classes { get; } = [.. Enumerable.Range(0, classes).Select(_ => new ClassRecord())];

    /// <summary>An operation that was never sent counts with the time that it had waited: a lower bound of what its user saw.</summary>
    public void Unsent(int @class, TimeSpan waited)
    {
        Classes[@class].Unsent++;
        Classes[@class].Latency.Record(Nanoseconds(waited));
    }

    public void Waited(TimeSpan late, TimeSpan queued)
    {
        Lateness.Record(Nanoseconds(late));
        Queueing.Record(Nanoseconds(queued));
    }

    public void Done(int @class, string? error, TimeSpan latency, TimeSpan service, bool inTime)
    {
        var record = Classes[@class];
        if (error is not null)
        {
            record.Errors[error] = record.Errors.GetValueOrDefault(error) + 1;
            return;
        }

        record.Latency.Record(Nanoseconds(latency));
        record.Service.Record(Nanoseconds(service));
        record.InTime += inTime ? 1 : 0;
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;
}

/// <summary>One class's part of a <see cref="LoadRecord"/>.</summary>
internal sealed class ClassRecord
{
    public LatencyHistogram Latency { get; } = new();
    public LatencyHistogram Service { get; } = new();
    public Dictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);
    public long Unsent { get; set; }
    public long InTime { get; set; }

    public void Merge(ClassRecord other)
    {
        Latency.Merge(other.Latency);
        Service.Merge(other.Service);
        Unsent += other.Unsent;
        InTime += other.InTime;
        foreach (var (state, count) in other.Errors)
        {
            Errors[state] = Errors.GetValueOrDefault(state) + count;
        }
    }
}

/// <summary>Makes the result of a run from what its threads have measured, and says what limited it.</summary>
internal static class LoadAccount
{
    // The generator's own lateness may be a tenth of what it measures, and never matters below a millisecond.
    private const double LatenessShare = 0.1;
    private const double LatenessFloorMs = 1;

    // Arrivals that need not be answered in time: the last ones, which are still on the connections, and a fiftieth.
    private const double BehindShare = 0.02;

    public static LoadResult Of(OpenLoopPlan plan, TimeSpan duration, IReadOnlyList<LoadRecord> records)
    {
        var total = new LoadRecord(plan.Classes.Count);
        var latency = new LatencyHistogram();
        foreach (var record in records)
        {
            total.Lateness.Merge(record.Lateness);
            total.Queueing.Merge(record.Queueing);
            for (var c = 0; c < plan.Classes.Count; c++)
            {
                total.Classes[c].Merge(record.Classes[c]);
                latency.Merge(record.Classes[c].Latency);
            }
        }

        return new LoadResult
        {
            Seed = plan.Seed,
            Connections = plan.Connections,
            Duration = Duration.FromTimeSpan(duration),
            Classes = [.. plan.Classes.Select((c, i) => Of(c, total.Classes[i], duration))],
            Lateness = total.Lateness.Summarise(),
            Queueing = total.Queueing.Summarise(),
            Limit = LimitOf(plan, total, latency),
        };
    }

    private static LoadClassResult Of(LoadClass @class, ClassRecord record, TimeSpan duration) => new()
    {
        Name = @class.Name,
        TargetRate = @class.RatePerSecond,
        AchievedRate = record.InTime / duration.TotalSeconds,
        Count = record.Service.Count,
        Unsent = record.Unsent,
        Latency = record.Latency.Summarise(),
        Service = record.Service.Summarise(),
        Errors = record.Errors,
        ObjectiveMs = @class.ObjectiveMs,
    };

    private static LoadLimit LimitOf(OpenLoopPlan plan, LoadRecord total, LatencyHistogram latency)
    {
        var lateMs = total.Lateness.Percentile(0.99) / 1e6;
        if (lateMs > Math.Max(LatenessFloorMs, LatenessShare * latency.Percentile(0.99) / 1e6))
        {
            return LoadLimit.Generator;
        }

        var scheduled = total.Classes.Sum(c => c.Service.Count + c.Unsent);
        var behind = scheduled - total.Classes.Sum(c => c.InTime);
        return behind > plan.Connections + (BehindShare * scheduled) ? LoadLimit.Target : LoadLimit.None;
    }
}
