using Almanac.Model;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace Almanac.Tests.Model;

public sealed class SeededRandomTests
{
    // The reference implementation's first outputs for seed 1234567 (Vigna, splitmix64.c).
    [Fact]
    public void Gives_the_numbers_of_the_published_algorithm()
    {
        var random = new SeededRandom(1234567);

        random.NextBits().ShouldBe(6457827717110365317UL);
        random.NextBits().ShouldBe(3203168211198807973UL);
        random.NextBits().ShouldBe(9817491932198370423UL);
    }

    [Fact]
    public void Numbers_of_one_index_need_none_of_the_others()
    {
        var here = SeededRandom.For(1, 2, 3);
        var again = SeededRandom.For(1, 2, 3);
        var other = SeededRandom.For(1, 2, 4);
        var bits = here.NextBits();

        again.NextBits().ShouldBe(bits);
        other.NextBits().ShouldNotBe(bits);
    }

    [Fact]
    public void A_bounded_number_stays_below_its_bound()
        => Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), Gen.Choose(1, int.MaxValue).ToArbitrary(), (seed, bound) =>
        {
            var random = new SeededRandom(seed);
            return random.Next(bound) is >= 0 and var small && small < bound && random.Next((long)bound) is >= 0 and var large && large < bound;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_uuid_says_that_it_is_random()
    {
        var random = new SeededRandom(9);
        var text = random.NextGuid().ToString();

        text[14].ShouldBe('4');
        "89ab".ShouldContain(text[19]);
    }

    [Fact]
    public void Exponential_gaps_have_a_mean_of_one()
    {
        var random = new SeededRandom(4);
        var sum = 0.0;
        for (var i = 0; i < 100_000; i++)
        {
            sum += random.NextExponential();
        }

        (sum / 100_000).ShouldBe(1, 0.02);
    }
}
