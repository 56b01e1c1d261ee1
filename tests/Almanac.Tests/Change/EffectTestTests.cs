using Almanac.Change;
using Shouldly;

namespace Almanac.Tests.Change;

public sealed class EffectTestTests
{
    [Fact]
    public void The_interval_agrees_with_Welchs_by_hand()
    {
        // n = 30, mean 10, sd 3 against n = 25, mean 8, sd 2: log ratio -0.22314, variances 9/30/100 and 4/25/64.
        var effect = EffectTest.Compare(Sample(30, 10, 3), Sample(25, 8, 2));

        effect.Ratio.ShouldBe(0.8, 1e-9);
        effect.Low.ShouldBe(0.8 * Math.Exp(-0.1486), 2e-4);
        effect.High.ShouldBe(0.8 * Math.Exp(0.1486), 2e-4);
        effect.PValue.ShouldBe(0.0039, 2e-4);
    }

    [Fact]
    public void Nothing_is_known_from_a_single_call()
        => EffectTest.Compare(Sample(1, 10, 0), Sample(500, 1, 0.1)).ShouldBe(Effect.Unknown);

    [Fact]
    public void Identical_times_are_not_believed_beyond_one_percent()
    {
        var effect = EffectTest.Compare(Sample(100_000, 1, 0), Sample(100_000, 1.02, 0));

        effect.PValue.ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void A_clock_that_shows_nothing_on_both_sides_proves_nothing()
        => EffectTest.Compare(Sample(100, 0, 0), Sample(100, 0, 0)).PValue.ShouldBe(1);

    [Fact]
    public void Calls_that_are_slow_together_count_as_fewer_calls()
    {
        // The same 4000 calls: once every tick is alike, once whole ticks are slow.
        var alike = Ticks([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
        var bursts = Ticks([1, 2, 1, 2, 1, 2, 1, 2]);

        bursts.MeanMs.ShouldBe(alike.MeanMs);
        bursts.MeanError().Variance.ShouldBeGreaterThan(10 * alike.MeanError().Variance);
        bursts.MeanError().Freedom.ShouldBe(7);
    }

    [Fact]
    public void Pairs_see_a_small_gain_that_the_spread_of_the_constants_would_hide()
    {
        (double, double)[] pairs = [.. Enumerable.Range(0, 12).Select(i => (Math.Pow(2, i), Math.Pow(2, i) * (0.7 + (0.01 * (i % 3)))))];

        EffectTest.ComparePairs(pairs).High.ShouldBeLessThan(0.76);
        EffectTest.ComparePairs(pairs).Low.ShouldBeGreaterThan(0.66);
    }

    [Fact]
    public void The_false_alarm_rate_is_what_it_says()
    {
        var random = new Random(7);
        var alarms = Enumerable.Range(0, 2000).Count(_ => EffectTest.Compare(Draw(random), Draw(random)).PValue < 0.05);

        // 5 % of 2000 is 100; skewed times and the floor make it a little fewer.
        alarms.ShouldBeInRange(40, 140);
    }

    private static StatementSample Draw(Random random)
    {
        var times = Enumerable.Range(0, 60).Select(_ => Math.Exp(0.6 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))).ToList();
        return new StatementSample { Calls = 60, TotalMs = times.Sum(), SumOfSquaresMs2 = times.Sum(t => t * t) };
    }

    private static StatementSample Ticks(double[] means) => new()
    {
        Calls = means.Length * 500,
        TotalMs = means.Sum() * 500,
        SumOfSquaresMs2 = means.Sum(m => (m * m) + 0.01) * 500,
        Ticks = [.. means.Select(m => new TickSample(500, m * 500))],
    };

    // A window with exactly this sample mean and deviation.
    internal static StatementSample Sample(long calls, double mean, double deviation, double blocks = 10) => new()
    {
        Calls = calls,
        TotalMs = calls * mean,
        SumOfSquaresMs2 = (calls * mean * mean) + ((calls - 1) * deviation * deviation),
        Blocks = calls * blocks,
    };
}
