using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Model;

public sealed class WeightedChoiceTests
{
    [Fact]
    public void Draws_in_proportion_to_the_weights_and_never_a_zero()
    {
        var drawn = Draw(new WeightedChoice([0, 3, 0, 0, 1, 0]), 40_000);

        drawn[0].ShouldBe(0);
        drawn[2].ShouldBe(0);
        drawn[3].ShouldBe(0);
        drawn[5].ShouldBe(0);
        drawn[1].ShouldBeInRange(29_500, 30_500);
    }

    [Fact]
    public void Popularity_falls_with_the_rank()
    {
        var drawn = Draw(WeightedChoice.ByRank(1000), 200_000);

        drawn[0].ShouldBeGreaterThan(drawn[1]);
        (drawn[0] / (double)drawn[15]).ShouldBe(8, 1.0);
        drawn.Take(100).Sum().ShouldBeGreaterThan(drawn.Skip(500).Sum());
    }

    [Fact]
    public void Negative_or_absent_weights_are_refused()
    {
        Should.Throw<ArgumentException>(() => new WeightedChoice([1, -1]));
        Should.Throw<ArgumentException>(() => new WeightedChoice([0, 0]));
        Should.Throw<ArgumentException>(() => new WeightedChoice([double.NaN]));
    }

    private static int[] Draw(WeightedChoice choice, int times)
    {
        var random = new SeededRandom(11);
        var drawn = new int[choice.Count];
        for (var i = 0; i < times; i++)
        {
            drawn[choice.Draw(ref random)]++;
        }

        return drawn;
    }
}
