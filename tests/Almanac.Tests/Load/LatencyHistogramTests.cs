using Almanac.Load;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace Almanac.Tests.Load;

public sealed class LatencyHistogramTests
{
    // Durations of all magnitudes: a random number of bits, so that small and large ones are equally likely.
    private static readonly Arbitrary<long[]> Durations = ArbMap.Default.GeneratorFor<ulong>()
        .SelectMany(bits => Gen.Choose(0, 62), (bits, shift) => (long)((bits | 1) >> 1 >> shift))
        .NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary();

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(0.99)]
    [InlineData(1.0)]
    public void A_percentile_is_never_below_the_exact_one_and_at_most_a_64th_above_it(double share)
        => Prop.ForAll(Durations, durations =>
        {
            var exact = Exact(durations, share);
            var reported = Of(durations).Percentile(share);
            return reported >= exact && reported - exact <= exact / 64.0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_two_is_the_same_as_recording_all_in_one()
        => Prop.ForAll(Durations, Durations, (left, right) =>
        {
            var merged = Of(left);
            merged.Merge(Of(right));
            var whole = Of([.. left, .. right]);
            return merged.Count == whole.Count && merged.Max == whole.Max && Math.Abs(merged.Mean - whole.Mean) <= whole.Mean * 1e-9
                && new[] { 0.01, 0.5, 0.9, 0.999 }.All(share => merged.Percentile(share) == whole.Percentile(share));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Max_and_mean_are_exact_and_the_largest_percentile_is_the_maximum()
    {
        var histogram = Of([1_000_003, 3, 2_000_000]);

        histogram.Max.ShouldBe(2_000_000);
        histogram.Mean.ShouldBe((1_000_003 + 3 + 2_000_000) / 3.0);
        histogram.Percentile(1).ShouldBe(2_000_000);
        histogram.Summarise().MaxMs.ShouldBe(2);
    }

    [Fact]
    public void The_longest_duration_there_can_be_has_a_bucket_and_a_negative_one_counts_as_none()
    {
        var histogram = Of([long.MaxValue, -5]);

        histogram.Percentile(1).ShouldBe(long.MaxValue);
        histogram.Percentile(0).ShouldBe(0);
        histogram.Count.ShouldBe(2);
    }

    [Fact]
    public void An_empty_one_answers_zero()
    {
        var histogram = new LatencyHistogram();

        histogram.Percentile(0.99).ShouldBe(0);
        histogram.Mean.ShouldBe(0);
    }

    [Fact]
    public void A_share_above_one_is_refused()
        => Should.Throw<ArgumentOutOfRangeException>(() => new LatencyHistogram().Percentile(99));

    private static LatencyHistogram Of(IEnumerable<long> durations)
    {
        var histogram = new LatencyHistogram();
        foreach (var duration in durations)
        {
            histogram.Record(duration);
        }

        return histogram;
    }

    private static long Exact(long[] durations, double share)
        => durations.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * durations.Length)) - 1);
}
