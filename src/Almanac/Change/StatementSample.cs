using System.Runtime.InteropServices;

namespace Almanac.Change;

/// <summary>What one statement did within one tick of a window.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TickSample(long Calls, double TotalMs);

/// <summary>What one statement did over one window: enough to say how well its mean is known.</summary>
public sealed record StatementSample
{
    /// <summary>No window's mean is trusted to better than this share: clocks, scheduling and caches drift.</summary>
    public const double RelativeErrorFloor = 0.01;

    private const int TicksForClusters = 5;

    public static readonly StatementSample None = new();

    public long Calls { get; init; }

    /// <summary>Execution time, in milliseconds.</summary>
    public double TotalMs { get; init; }

    /// <summary>Sum of the squared execution times, in ms².</summary>
    public double SumOfSquaresMs2 { get; init; }

    /// <summary>Shared and temporary blocks touched.</summary>
    public double Blocks { get; init; }

    /// <summary>The same calls tick by tick, where the window was read several times.</summary>
    public IReadOnlyList<TickSample> Ticks { get; init; } = [];

    public double MeanMs => Calls == 0 ? 0 : TotalMs / Calls;

    public double BlocksPerCall => Calls == 0 ? 0 : Blocks / Calls;

    /// <summary>
    /// Variance of the mean in ms², and its degrees of freedom: the larger of the variance among calls over n, and the
    /// ratio estimator's variance among ticks (Cochran, Sampling Techniques, 3rd ed., 6.4), which also sees that
    /// calls of one moment are slow together.
    /// </summary>
    public (double Variance, double Freedom) MeanError()
    {
        if (Calls < 2)
        {
            return (double.PositiveInfinity, 1);
        }

        var mean = MeanMs;
        var among = Math.Max(0, (SumOfSquaresMs2 - (Calls * mean * mean)) / (Calls - 1)) / Calls;
        var (variance, freedom) = (among, (double)(Calls - 1));
        var ticks = Ticks.Where(t => t.Calls > 0).ToList();
        if (ticks.Count >= TicksForClusters)
        {
            var k = (double)ticks.Count;
            var spread = ticks.Sum(t => Math.Pow(t.TotalMs - (mean * t.Calls), 2));
            var clustered = k / (k - 1) * spread / ((double)Calls * Calls);
            if (clustered > variance)
            {
                (variance, freedom) = (clustered, k - 1);
            }
        }

        var floor = RelativeErrorFloor * mean;
        return (Math.Max(variance, floor * floor), freedom);
    }
}
