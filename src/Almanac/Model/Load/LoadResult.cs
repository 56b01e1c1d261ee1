using System.Text.Json.Serialization;
using NodaTime;

namespace Almanac.Model;

/// <summary>What limited a load run, so that a slow generator is never blamed on the target.</summary>
public enum LoadLimit
{
    /// <summary>Every arrival was sent, the rate was reached and the generator was in time.</summary>
    None,

    /// <summary>The generator itself was late: the latencies say more about it than about the target.</summary>
    Generator,

    /// <summary>The target did not keep up: all connections were busy and arrivals waited.</summary>
    Target,
}

/// <summary>Percentiles of one kind of duration, in milliseconds; each is at most 1/64 (1.6 %) above the exact value.</summary>
public sealed record LatencySummary
{
    public static LatencySummary Empty { get; } = new();
    public double P50Ms { get; init; }
    public double P95Ms { get; init; }
    public double P99Ms { get; init; }
    public double MaxMs { get; init; }
    public double MeanMs { get; init; }
}

/// <summary>One operation class of an open-loop run.</summary>
public sealed record LoadClassResult
{
    public required string Name { get; init; }

    /// <summary>Arrivals a second that the class was to have.</summary>
    public required double TargetRate { get; init; }

    /// <summary>Operations a second that were completed without error within the run.</summary>
    public required double AchievedRate { get; init; }

    /// <summary>Operations completed without error.</summary>
    public required long Count { get; init; }

    /// <summary>Arrivals that had not been sent when the run gave up; each counts in <see cref="Latency"/> with the time that it had waited.</summary>
    public required long Unsent { get; init; }

    /// <summary>From the intended start to the answer: what a user waits.</summary>
    public required LatencySummary Latency { get; init; }

    /// <summary>From sending to the answer: what the server takes.</summary>
    public required LatencySummary Service { get; init; }

    /// <summary>Failed operations by SQLSTATE; they are in no percentile.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>The declared objective for p95 and p99, in milliseconds.</summary>
    public double? ObjectiveMs { get; init; }

    [JsonIgnore]
    public double P50Ms => Latency.P50Ms;
    [JsonIgnore]
    public double P95Ms => Latency.P95Ms;
    [JsonIgnore]
    public double P99Ms => Latency.P99Ms;
    [JsonIgnore]
    public double MaxMs => Latency.MaxMs;

    /// <summary>Whether p95 and p99 from the intended start are below the objective; null without one, or without an operation to judge.</summary>
    public bool? ObjectiveMet => ObjectiveMs is { } objective && Count + Unsent > 0 ? P95Ms < objective && P99Ms < objective : null;
}

/// <summary>The honest account of an open-loop run.</summary>
public sealed record LoadResult
{
    /// <summary>The seed of schedule and parameters: the same seed repeats the run.</summary>
    public required ulong Seed { get; init; }
    public required int Connections { get; init; }

    /// <summary>How long arrivals were scheduled for.</summary>
    public required Duration Duration { get; init; }
    public required IReadOnlyList<LoadClassResult> Classes { get; init; }

    /// <summary>How late the generator itself began an operation although a connection was idle.</summary>
    public required LatencySummary Lateness { get; init; }

    /// <summary>How long arrivals waited because all connections were busy.</summary>
    public required LatencySummary Queueing { get; init; }
    public required LoadLimit Limit { get; init; }

    /// <summary>Arrivals a second, all classes.</summary>
    public double TargetRate => Classes.Sum(c => c.TargetRate);

    /// <summary>Operations a second that were completed without error within the run, all classes.</summary>
    public double AchievedRate => Classes.Sum(c => c.AchievedRate);
    public long Count => Classes.Sum(c => c.Count);
    public long ErrorCount => Classes.Sum(c => c.Errors.Values.Sum());
}

/// <summary>One class, run a fixed number of times one after the other on one connection.</summary>
public sealed record FixedLoadResult
{
    public required string Name { get; init; }

    /// <summary>The server process that did the work.</summary>
    public required int BackendPid { get; init; }
    public required long Count { get; init; }
    public required LatencySummary Service { get; init; }
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>CPU time that the server process used for the whole of it, in milliseconds; null when the server is not on this machine.</summary>
    public double? ServerCpuMs { get; init; }

    /// <summary>CPU time of the server for one operation, in milliseconds.</summary>
    public double? ServerCpuMsPerOperation => Count > 0 ? ServerCpuMs / Count : null;
}
