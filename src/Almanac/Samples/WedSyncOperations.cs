using Almanac.Model;

namespace Almanac.Samples;

/// <summary>What the marketplace's application asks of its database: four operation classes that users wait for, and what runs behind them.</summary>
/// <remarks>
/// Parameters repeat with their seed, the idempotency keys of payments too: a second run against the same data takes another seed,
/// or its payments count as sent twice.
/// </remarks>
public sealed class WedSyncOperations(WedSyncWorld world)
{
    /// <summary>Vendors of a category in a region within price and rating that are free on a day.</summary>
    public LoadClass Search => new()
    {
        Name = "search",
        RatePerSecond = 60,
        ObjectiveMs = 100,
        Statements = [Statement("search", 5, FillSearch)],
    };

    /// <summary>Books a vendor for a wedding, with the couple's other bookings checked and an event in the outbox.</summary>
    public LoadClass Booking => new()
    {
        Name = "booking",
        RatePerSecond = 5,
        ObjectiveMs = 50,
        Statements = [Statement("booking", 4, FillBooking)],
    };

    /// <summary>Takes a payment exactly once, with what was paid before summed and an event in the outbox.</summary>
    public LoadClass Payment => new()
    {
        Name = "payment",
        RatePerSecond = 3,
        ObjectiveMs = 200,
        Statements = [Statement("payment", 5, FillPayment)],
    };

    /// <summary>The guest list: mostly read, sometimes answered.</summary>
    public LoadClass Guests => new()
    {
        Name = "guests",
        RatePerSecond = 32,
        ObjectiveMs = 75,
        Statements =
        [
            Statement("guest-list", 1, FillWedding) with { Share = 25 },
            Statement("rsvp", 3, FillRsvp) with { Share = 7 },
        ],
    };

    /// <summary>A couple's dashboard, a vendor's reviews and the back office's report.</summary>
    public LoadClass Background => new()
    {
        Name = "background",
        RatePerSecond = 4,
        Statements =
        [
            Statement("dashboard", 1, FillWedding) with { Share = 6 },
            Statement("vendor-reviews", 1, FillReviews) with { Share = 3 },
            Statement("revenue-report", 2, FillReport) with { Share = 1 },
        ],
    };

    /// <summary>The four classes that users wait for, at their share of 100 operations a second.</summary>
    public IReadOnlyList<LoadClass> Classes => [Search, Booking, Payment, Guests];

    /// <summary>The four classes at <paramref name="operationsPerSecond"/> together, and the background at its share of it.</summary>
    public IReadOnlyList<LoadClass> Mix(double operationsPerSecond)
        => [.. Classes.Append(Background).Select(c => c with { RatePerSecond = c.RatePerSecond * operationsPerSecond / 100 })];

    private static LoadStatement Statement(string name, int parameters, LoadParameters fill)
        => new() { Name = name, Sql = SqlScript.LoadStatement($"operations/{name}.sql"), Parameters = parameters, Fill = fill };

    private static void FillSearch(ref SeededRandom random, object[] values)
    {
        var region = WedSyncWords.Regions[WedSyncWorld.DrawRegion(ref random)];
        values[0] = region.Id;
        values[1] = WedSyncWords.Categories[WedSyncWorld.DrawCategory(ref random)];
        values[2] = region.PriceBaseMinor * (80 + random.Next(120)) / 100;
        values[3] = random.Next(4) switch { 0 => 3.5m, 1 => 3.8m, 2 => 4.0m, _ => 4.2m };
        values[4] = WedSyncWorld.FirstDay.AddDays(WedSyncWorld.DrawDay(ref random));
    }

    private void FillBooking(ref SeededRandom random, object[] values)
    {
        var wedding = random.Next(world.Weddings);
        var (region, day) = world.Wedding(wedding);
        values[0] = world.DrawVendor(region, WedSyncWorld.DrawCategory(ref random), ref random) + 1L;
        values[1] = wedding + 1L;
        values[2] = WedSyncWorld.FirstDay.AddDays(day);
        values[3] = WedSyncWords.Regions[region].PriceBaseMinor * (40 + random.Next(160)) / 100;
    }

    private void FillPayment(ref SeededRandom random, object[] values)
    {
        var booking = random.Next(world.Bookings);
        var wedding = world.WeddingOfBooking(booking).Wedding;

        // Networks fail: one payment of fifty is sent again under the key that it had.
        values[0] = random.Next(50) == 0 ? world.PaymentKey(random.Next(world.Payments)) : random.NextGuid();
        values[1] = booking + 1L;
        values[2] = wedding + 1L;
        values[3] = world.BookingPrice(booking, world.Wedding(wedding).Region) / 10;
        values[4] = WedSyncWords.PaymentMethods[random.Next(WedSyncWords.PaymentMethods.Length)];
    }

    private void FillWedding(ref SeededRandom random, object[] values) => values[0] = random.Next(world.Weddings) + 1L;

    private void FillRsvp(ref SeededRandom random, object[] values)
    {
        var guest = random.Next(world.Guests);
        var wedding = world.WeddingOfGuest(guest);
        var (first, last) = world.GuestName(wedding, guest, world.Wedding(wedding).Region);
        values[0] = wedding + 1L;
        values[1] = first + " " + last;
        values[2] = (short)(1 + random.Next(2));
    }

    private void FillReviews(ref SeededRandom random, object[] values) => values[0] = world.DrawVendor(ref random) + 1L;

    private static void FillReport(ref SeededRandom random, object[] values)
    {
        var year = WedSyncWorld.FirstDay.Year + random.Next(4);
        values[0] = new DateOnly(year, 1, 1);
        values[1] = new DateOnly(year + 1, 1, 1);
    }
}
