using Almanac.Model;
using MathNet.Numerics.Distributions;

namespace Almanac.Change;

/// <summary>One statement's effect as measured, and as adjusted for what is not the change's doing.</summary>
internal sealed record Judged(ObservedStatement Statement, Effect Measured, Effect Adjusted)
{
    /// <summary>The change can have an influence on its plan.</summary>
    public required bool Concerned { get; init; }
    public required bool Regressed { get; init; }

    /// <summary>Its slow-down is a price that the gain has to pay, not a reason by itself.</summary>
    public required bool Priced { get; init; }
    public required bool Shown { get; init; }

    /// <summary>The ratio that counts as no change.</summary>
    public required double Scale { get; init; }

    public double Weight => Statement.CallsPerSecond;

    public bool Comparable => Statement.Before.Calls >= VerificationRules.FewestCalls && Statement.After.Calls >= VerificationRules.FewestCalls;

    // A probe's calls are chosen, not counted: the fewest are enough.
    public bool HasEnoughCalls => Statement.Source is MeasurementSource.Probe
        ? Comparable
        : Statement.Before.Calls >= VerificationRules.EnoughCalls && Statement.After.Calls >= VerificationRules.EnoughCalls;

    public double SavedMsPerSecond => Weight * (Statement.Before.MeanMs - Statement.After.MeanMs);

    /// <summary>What the decision counts as saved, in milliseconds a second: the measured saving, adjusted.</summary>
    public double Saved => Weight * (Statement.Before.MeanMs - (Statement.After.MeanMs / Scale));

    /// <summary>The variance of <see cref="Saved"/>. Probes differ more among their constants than before from after, so the pairs tell it.</summary>
    public double SavedVariance
    {
        get
        {
            if (Statement.Pairs is not null)
            {
                var z = Normal.InvCDF(0, 1, 1 - (Math.Clamp(Adjusted.PValue, 1e-15, 1) / 2));
                return Math.Pow(Saved / Math.Max(z, 1e-3), 2);
            }

            return Weight * Weight * (Statement.Before.MeanError().Variance + (Statement.After.MeanError().Variance / (Scale * Scale)));
        }
    }

    public double Freedom => Statement.Pairs is not null ? 1e6 : Math.Min(Statement.Before.MeanError().Freedom, Statement.After.MeanError().Freedom);

    public StatementEffect ToEffect() => new()
    {
        QueryId = Statement.QueryId,
        Text = Statement.Text,
        Source = Statement.Source,
        CallsBefore = Statement.Before.Calls,
        CallsAfter = Statement.After.Calls,
        MeanMsBefore = Statement.Before.MeanMs,
        MeanMsAfter = Statement.After.MeanMs,
        BlocksBefore = Statement.Before.BlocksPerCall,
        BlocksAfter = Statement.After.BlocksPerCall,
        RatioLow = Measured.Low,

        // JSON has no infinity; without two calls on each side nothing bounds the ratio.
        RatioHigh = double.IsFinite(Measured.High) ? Measured.High : double.MaxValue,
        PValue = Measured.PValue,
        Regressed = Regressed,
    };
}

/// <summary>Words for measured numbers.</summary>
internal static class Say
{
    public static string Ms(double ms) => ms >= 1000 ? $"{ms / 1000:0.##} s" : ms >= 10 ? $"{ms:0} ms" : $"{ms:0.###} ms";

    public static string Signed(double value) => value >= 0 ? $"+{value:0.##}" : $"{value:0.##}";

    public static string Change(Judged judged)
    {
        var s = judged.Statement;
        return $"from {Ms(s.Before.MeanMs)} to {Ms(s.After.MeanMs)} a call (ratio {judged.Measured.Ratio:0.###}, 95 % {judged.Measured.Low:0.###} to {judged.Measured.High:0.###}, {s.Before.Calls} and {s.After.Calls} calls)";
    }

    public static string Statement(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 80 ? $"'{line}'" : $"'{line[..77]}...'";
    }
}
