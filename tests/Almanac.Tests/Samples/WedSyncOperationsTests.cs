using System.Globalization;
using System.Text.RegularExpressions;
using Almanac.Model;
using Almanac.Samples;
using Shouldly;

namespace Almanac.Tests.Samples;

public sealed class WedSyncOperationsTests
{
    private static readonly WedSyncWorld World = new(0.01, 42);
    private static readonly WedSyncOperations Operations = new(World);

    [Fact]
    public void There_are_the_four_declared_classes_with_their_objectives()
        => Operations.Classes.Select(c => (c.Name, c.ObjectiveMs)).ShouldBe([("search", 100), ("booking", 50), ("payment", 200), ("guests", 75)]);

    [Fact]
    public void The_mix_arrives_at_the_asked_rate()
        => Operations.Mix(250).Where(c => c.ObjectiveMs is not null).Sum(c => c.RatePerSecond).ShouldBe(250, 1e-9);

    [Fact]
    public void Each_text_has_the_parameters_that_are_filled()
    {
        foreach (var statement in Operations.Mix(100).SelectMany(c => c.Statements))
        {
            var highest = Regex.Matches(statement.Sql, @"\$(\d+)", RegexOptions.NonBacktracking).Max(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
            highest.ShouldBe(statement.Parameters, statement.Name);
            Values(statement, 1).ShouldAllBe(value => value != null, statement.Name);
            statement.Sql.ShouldNotContain("--");
        }
    }

    [Fact]
    public void The_same_seed_asks_for_the_same()
    {
        foreach (var statement in Operations.Mix(100).SelectMany(c => c.Statements))
        {
            Values(statement, 5).ShouldBe(Values(statement, 5), statement.Name);
        }
    }

    [Fact]
    public void Searches_ask_for_Saturdays_mostly()
    {
        var days = Enumerable.Range(0, 2000).Select(i => (DateOnly)Values(Operations.Search.Statements[0], (ulong)i)[4]).ToList();

        (days.Count(d => d.DayOfWeek == DayOfWeek.Saturday) / 2000.0).ShouldBeInRange(0.52, 0.64);
    }

    [Fact]
    public void Popular_vendors_are_booked_more_often()
    {
        var times = Enumerable.Range(0, 5000).Select(i => (long)Values(Operations.Booking.Statements[0], (ulong)i)[0])
            .GroupBy(v => v).Select(g => g.Count()).OrderDescending().ToList();

        times.Take(World.Vendors / 10).Sum().ShouldBeGreaterThan(1250);
    }

    [Fact]
    public void A_payment_names_the_wedding_of_its_booking()
    {
        var weddings = Enumerable.Range(0, World.Bookings).ToDictionary(b => b + 1L, b => World.WeddingOfBooking(b).Wedding + 1L);

        for (var i = 0UL; i < 200; i++)
        {
            var values = Values(Operations.Payment.Statements[0], i);
            values[2].ShouldBe(weddings[(long)values[1]]);
        }
    }

    private static object[] Values(LoadStatement statement, ulong seed)
    {
        var values = new object[statement.Parameters];
        var random = new SeededRandom(seed);
        statement.Fill(ref random, values);
        return values;
    }
}
