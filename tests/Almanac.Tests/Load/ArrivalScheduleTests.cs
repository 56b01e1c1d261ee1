using Almanac.Load;
using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Load;

public sealed class ArrivalScheduleTests
{
    private static readonly LoadClass[] Classes =
    [
        Class("search", 600, 1),
        Class("guests", 300, 25, 7),
        Class("idle", 0, 1),
    ];

    [Fact]
    public void The_same_seed_gives_the_same_schedule_to_the_microsecond()
    {
        var first = Take(7);

        first.ShouldNotBeEmpty();
        Take(7).ShouldBe(first);
        Take(8).ShouldNotBe(first);
    }

    [Fact]
    public void Arrivals_come_in_order_and_end_with_the_duration()
    {
        var arrivals = Take(1).Select(a => a.IntendedMicroseconds).ToList();

        arrivals.ShouldBeInOrder();
        arrivals[0].ShouldBeGreaterThanOrEqualTo(0);
        arrivals[^1].ShouldBeLessThan(20_000_000);
    }

    [Fact]
    public void The_end_stays_the_end()
    {
        var schedule = new ArrivalSchedule(Classes, TimeSpan.FromMilliseconds(1), 3);
        while (schedule.TryTake(out _))
        {
        }

        schedule.TryTake(out _).ShouldBeFalse();
    }

    [Fact]
    public void Without_a_duration_it_never_ends()
    {
        var schedule = new ArrivalSchedule([Class("slow", 0.001, 1)], null, 3);

        Enumerable.Range(0, 1000).All(_ => schedule.TryTake(out var _)).ShouldBeTrue();
    }

    // 18,000 arrivals: their number and each share lie within five standard deviations, whatever the seed.
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Rates_and_shares_are_kept(ulong seed)
    {
        var arrivals = Take(seed);

        arrivals.Count.ShouldBeInRange(18_000 - 671, 18_000 + 671);
        arrivals.Count(a => a.Class == 0).ShouldBeInRange(12_000 - 548, 12_000 + 548);
        arrivals.Count(a => a.Class == 2).ShouldBe(0);
        var guests = arrivals.Where(a => a.Class == 1).ToList();
        (guests.Count(a => a.Statement == 1) / (double)guests.Count).ShouldBe(7 / 32.0, 0.03);
    }

    [Fact]
    public void Gaps_are_exponential_not_even()
    {
        var arrivals = Take(5).Select(a => a.IntendedMicroseconds).ToList();
        var gaps = arrivals.Zip(arrivals.Skip(1), (a, b) => (double)(b - a)).ToList();
        var mean = gaps.Average();
        var deviation = Math.Sqrt(gaps.Average(g => (g - mean) * (g - mean)));

        // Of an exponential distribution both are the same; of an even one the deviation is 0.
        (deviation / mean).ShouldBe(1, 0.05);
    }

    private static List<Arrival> Take(ulong seed)
    {
        var schedule = new ArrivalSchedule(Classes, TimeSpan.FromSeconds(20), seed);
        var arrivals = new List<Arrival>();
        while (schedule.TryTake(out var arrival))
        {
            arrivals.Add(arrival);
        }

        return arrivals;
    }

    private static LoadClass Class(string name, double rate, params double[] shares) => new()
    {
        Name = name,
        RatePerSecond = rate,
        Statements = [.. shares.Select(share => new LoadStatement { Name = name, Sql = "SELECT 1", Parameters = 0, Fill = (ref SeededRandom _, object[] _) => { }, Share = share })],
    };
}
