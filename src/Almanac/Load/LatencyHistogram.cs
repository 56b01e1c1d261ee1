using System.Numerics;
using Almanac.Model;

namespace Almanac.Load;

/// <summary>
/// Counts durations in log-linear buckets: 64 to each power of two, so that a percentile is never below the exact value and at most
/// 1/64 (1.6 %) above it, whatever its size. Recording allocates nothing. Not for several threads at once: merge one for each.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private readonly long[] counts = new long[(64 - SubBits) * Sub];
    private double sum;

    /// <summary>How many durations were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest one, exactly, in nanoseconds; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>Mean in nanoseconds, exactly but for floating point; 0 when there is none.</summary>
    public double Mean => Count == 0 ? 0 : sum / Count;

    /// <summary>Records one duration in nanoseconds; a negative one counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(0, nanoseconds);
        counts[BucketOf(nanoseconds)]++;
        Count++;
        sum += nanoseconds;
        Max = Math.Max(Max, nanoseconds);
    }

    /// <summary>Adds what another one has counted.</summary>
    public void Merge(LatencyHistogram other)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
        sum += other.sum;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>
    /// The duration, in nanoseconds, that a share of all durations does not exceed: the nearest-rank percentile, rounded up to the end
    /// of its bucket but not beyond <see cref="Max"/>. 0 when nothing was recorded.
    /// </summary>
    /// <param name="share">From 0 to 1: 0.99 for p99.</param>
    public long Percentile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= rank)
            {
                return Math.Min(LastOf(i), Max);
            }
        }

        return Max;
    }

    /// <summary>The figures that reports show.</summary>
    public LatencySummary Summarise() => new()
    {
        P50Ms = Percentile(0.50) / 1e6,
        P95Ms = Percentile(0.95) / 1e6,
        P99Ms = Percentile(0.99) / 1e6,
        MaxMs = Max / 1e6,
        MeanMs = Mean / 1e6,
    };

    // Below 64 each value has its bucket; above, the six bits behind the leading one choose among the 64 of its power of two.
    private static int BucketOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBits);
        return (shift * Sub) + (int)(value >> shift);
    }

    private static long LastOf(int bucket)
    {
        var shift = Math.Max(0, (bucket / Sub) - 1);
        var lead = bucket - (shift * Sub);
        return ((lead + 1L) << shift) - 1;
    }
}
