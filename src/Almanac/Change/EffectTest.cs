using MathNet.Numerics.Distributions;

namespace Almanac.Change;

/// <summary>How a mean time changed: the ratio after / before with its 95 % interval and the two-sided p-value of "no change".</summary>
public sealed record Effect(double Ratio, double Low, double High, double PValue)
{
    /// <summary>Nothing is known.</summary>
    public static readonly Effect Unknown = new(1, 0, double.PositiveInfinity, 1);
}

/// <summary>
/// Compares a statement's time before and after a change, from counts, sums and sums of squares alone.
/// The test is Welch's on the logarithm of the means; the variances come from the delta method
/// (Casella and Berger, Statistical Inference, 2nd ed., 5.5.4; Welch, Biometrika 34, 1947).
/// </summary>
public static class EffectTest
{
    // A tenth of a microsecond: below the resolution of the server's clock.
    private const double SmallestMeanMs = 1e-4;

    /// <summary>Two independent windows. <paramref name="allowance"/> is the ratio that would count as no change (drift of the machine, growth of the table).</summary>
    public static Effect Compare(StatementSample before, StatementSample after, double allowance = 1)
    {
        if (before.Calls < 2 || after.Calls < 2)
        {
            return Effect.Unknown;
        }

        var (variance1, freedom1) = before.MeanError();
        var (variance2, freedom2) = after.MeanError();
        var mean1 = Math.Max(before.MeanMs, SmallestMeanMs);
        var mean2 = Math.Max(after.MeanMs, SmallestMeanMs);
        
        // Two means of nothing (a coarse clock) have no variance; the floor keeps their ratio defined.
        const double Floor = StatementSample.RelativeErrorFloor * StatementSample.RelativeErrorFloor;
        var error1 = Math.Max(Floor, variance1 / (mean1 * mean1));
        var error2 = Math.Max(Floor, variance2 / (mean2 * mean2));
        var freedom = Math.Pow(error1 + error2, 2) / ((error1 * error1 / freedom1) + (error2 * error2 / freedom2));
        return FromLog(Math.Log(mean2 / mean1 / allowance), Math.Sqrt(error1 + error2), freedom);
    }

    /// <summary>The same inputs before and after (probes): Student's t on the logarithms of the pairs' ratios.</summary>
    public static Effect ComparePairs(IReadOnlyList<(double BeforeMs, double AfterMs)> pairs)
    {
        if (pairs.Count < 2)
        {
            return Effect.Unknown;
        }

        var logs = pairs.Select(p => Math.Log(Math.Max(p.AfterMs, SmallestMeanMs) / Math.Max(p.BeforeMs, SmallestMeanMs))).ToList();
        var mean = logs.Average();
        var variance = logs.Sum(l => (l - mean) * (l - mean)) / (logs.Count - 1) / logs.Count;
        var floor = 2 * StatementSample.RelativeErrorFloor * StatementSample.RelativeErrorFloor;
        return FromLog(mean, Math.Sqrt(Math.Max(variance, floor)), logs.Count - 1);
    }

    private static Effect FromLog(double log, double error, double freedom)
    {
        var bounded = Math.Clamp(freedom, 1, 1e6);
        var half = StudentT.InvCDF(0, 1, bounded, 0.975) * error;
        var p = 2 * StudentT.CDF(0, 1, bounded, -Math.Abs(log) / error);
        return new Effect(Math.Exp(log), Math.Exp(log - half), Math.Exp(log + half), Math.Min(1, p));
    }
}
