using System.Globalization;
using Almanac.Model;

namespace Almanac.Samples;

/// <summary>Writes the row with this ordinal.</summary>
internal delegate void RowWriting(int ordinal, RowBuffer row);

/// <summary>A table of the sample: its columns in COPY's order and how its rows are made, from the first to the last.</summary>
internal sealed record WedSyncTable(string Name, string Columns, int Rows, Func<RowWriting> Begin);

/// <summary>Makes the rows of every table, the same ones for the same world on any machine.</summary>
internal static class WedSyncTables
{
    // Instants reach back to the first enquiries, two years before the first event day.
    private const int DaysBefore = 731;
    private static readonly DateOnly FirstDate = WedSyncWorld.FirstDay.AddDays(-DaysBefore);
    private static readonly string[] Dates =
    [
        .. Enumerable.Range(0, DaysBefore + WedSyncWorld.Days).Select(d => FirstDate.AddDays(d).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
    ];

    // For an event on this day, the engagement season (December to February) before it begins so many days earlier.
    private static readonly int[] EngagementSeason =
    [
        .. Enumerable.Range(0, WedSyncWorld.Days).Select(d => WedSyncWorld.FirstDay.AddDays(d)).Select(
            day => day.DayNumber - new DateOnly(day.Year - (day.Month <= 3 ? 2 : 1), 12, 1).DayNumber),
    ];

    /// <summary>All tables, those that take longest first.</summary>
    public static IReadOnlyList<WedSyncTable> All(WedSyncWorld world) =>
    [
        new("guests", "id, wedding_id, name, email, locale, party, rsvp, diet, answered_at", world.Guests, () => Guests(world)),
        new("availability", "id, vendor_id, day, reason, source, created_at", world.Absences, () => Absences(world)),
        new("bookings", "id, vendor_id, wedding_id, event_date, status, price_minor, paid_minor, currency, message, created_at", world.Bookings, () => Bookings(world)),
        new("payments", "id, booking_id, idempotency_key, amount_minor, currency, method, reference, created_at", world.Payments, () => Payments(world)),
        new("reviews", "id, vendor_id, wedding_id, stars, title, body, created_at", world.Reviews, () => Reviews(world)),
        new("couples", "id, region, locale, first_partner, second_partner, email, created_at", world.Couples, () => Couples(world)),
        new("weddings", "id, couple_id, venue_id, region, event_date, guest_count, budget_minor, currency, created_at", world.Weddings, () => Weddings(world)),
        new("outbox", "id, topic, entity_id, payload, created_at", world.OutboxEvents, () => Outbox(world)),
        new("vendors", "id, region, category, name, city, locale, description, price_from_minor, currency, rating, review_count, active, created_at", world.Vendors, () => Vendors(world)),
        new("venues", "id, region, city, name, capacity, price_from_minor, currency", world.Venues, () => Venues(world)),
    ];

    private static RowWriting Venues(WedSyncWorld world) => (i, row) =>
    {
        var random = world.For(WedSyncStream.VenueRow, i);
        var region = WedSyncWords.Regions[i % WedSyncWords.Regions.Length];
        var capacity = 40 + (random.Next(30) * 10);
        row.Value(i + 1L).Value(region.Id).Value(Pick(region.Cities, ref random))
            .Value(Pick(region.LastNames, ref random)).Append(" ").Append(Pick(WedSyncWords.VenueWords, ref random))
            .Value(capacity).Value(region.PriceBaseMinor * capacity / 50).Value(region.Currency).EndRow();
    };

    private static RowWriting Vendors(WedSyncWorld world) => (i, row) =>
    {
        var random = world.For(WedSyncStream.VendorRow, i);
        var region = WedSyncWords.Regions[world.VendorRegion(i)];
        row.Value(i + 1L).Value(region.Id).Value(WedSyncWords.Categories[world.VendorCategory(i)])
            .Value(Pick(region.LastNames, ref random)).Append(" ").Append(Pick(WedSyncWords.CompanyWords, ref random))
            .Value(Pick(region.Cities, ref random)).Value(Pick(region.Locales, ref random));
        var sentences = 7 + random.Next(6);
        row.Value(Pick(WedSyncWords.Sentences, ref random));
        while (--sentences > 0)
        {
            row.Append(" ").Append(Pick(WedSyncWords.Sentences, ref random));
        }

        // Three draws: most ratings lie around 4.3, few below 3.5.
        var rating = 500 - ((random.Next(100) + random.Next(70) + random.Next(40)) * 2 / 3);
        row.Value(region.PriceBaseMinor * (30 + random.Next(170)) / 100).Value(region.Currency)
            .Hundredths(rating).Value(world.ReviewCounts[i]).Value(random.Next(100) < 94);
        Instant(row, random.Next(DaysBefore), ref random).EndRow();
    };

    private static RowWriting Couples(WedSyncWorld world) => (i, row) =>
    {
        var (regionIndex, day) = world.Wedding(i);
        var region = WedSyncWords.Regions[regionIndex];
        var random = world.For(WedSyncStream.CoupleRow, i);

        // Some couples forget that they have signed up already: their address is there twice.
        var account = random.Next(200) == 0 ? i / 2 : i;
        row.Value(i + 1L).Value(region.Id).Value(Pick(region.Locales, ref random))
            .Value(Pick(region.FirstNames, ref random)).Append(" ").Append(Pick(region.LastNames, ref random))
            .Value(Pick(region.FirstNames, ref random)).Append(" ").Append(Pick(region.LastNames, ref random))
            .Value("couple").Append(account + 1L).Append("@example.com");
        Instant(row, BookedOn(day, ref random), ref random).EndRow();
    };

    private static RowWriting Weddings(WedSyncWorld world) => (i, row) =>
    {
        var (regionIndex, day) = world.Wedding(i);
        var region = WedSyncWords.Regions[regionIndex];
        var random = world.For(WedSyncStream.WeddingRow, i);
        var venue = (random.Next(world.Venues / 4) * 4) + regionIndex;
        row.Value(i + 1L).Value(i + 1L).Value(venue + 1L).Value(region.Id).Value(EventDate(day))
            .Value(world.GuestsOf(i).Count).Value(region.PriceBaseMinor * (20 + random.Next(30))).Value(region.Currency);
        Instant(row, BookedOn(day, ref random), ref random).EndRow();
    };

    private static RowWriting Bookings(WedSyncWorld world)
    {
        // One bit for each vendor and day: confirmed bookings are unique by it, as the database will demand.
        var taken = new ulong[(((long)world.Vendors * WedSyncWorld.Days) + 63) / 64];
        return (i, row) =>
        {
            var (wedding, place) = world.WeddingOfBooking(i);
            var (regionIndex, day) = world.Wedding(wedding);
            var region = WedSyncWords.Regions[regionIndex];
            var random = world.For(WedSyncStream.BookingRow, i);
            var category = (wedding + (place * 5)) % WedSyncWords.Categories.Length;
            var vendor = world.DrawVendor(regionIndex, category, ref random);
            var fate = random.Next(100);
            var status = fate < 82 ? 1 : fate < 90 ? 0 : fate < 95 ? 2 : 3;
            for (var tries = 0; status == 1; tries++)
            {
                var bit = ((long)vendor * WedSyncWorld.Days) + day;
                if ((taken[bit >> 6] & (1UL << (int)(bit & 63))) == 0)
                {
                    taken[bit >> 6] |= 1UL << (int)(bit & 63);
                    break;
                }

                // The favourite is taken: others are asked, and some couples give up.
                (vendor, status) = tries < 12 ? (world.DrawVendor(regionIndex, category, ref random), 1) : (vendor, 2);
            }

            var price = world.BookingPrice(i, regionIndex);
            row.Value(i + 1L).Value(vendor + 1L).Value(wedding + 1L).Value(EventDate(day)).Value(status)
                .Value(price).Value(world.PaidAmount(i, price)).Value(region.Currency)
                .Value("We are ").Append(world.GuestsOf(wedding).Count).Append(" guests. ").Append(Pick(WedSyncWords.Sentences, ref random));
            Instant(row, BookedOn(day, ref random), ref random).EndRow();
        };
    }

    private static RowWriting Payments(WedSyncWorld world) => (i, row) =>
    {
        var booking = world.PaidBooking(i);
        var (regionIndex, day) = world.Wedding(world.WeddingOfBooking(booking).Wedding);
        var random = world.For(WedSyncStream.PaymentRow, i);
        row.Value(i + 1L).Value(booking + 1L).Value(world.PaymentKey(i))
            .Value(WedSyncWorld.PaymentAmount(world.BookingPrice(booking, regionIndex))).Value(WedSyncWords.Regions[regionIndex].Currency)
            .Value(Pick(WedSyncWords.PaymentMethods, ref random)).Value("ref-").Append(random.Next(1_000_000_000L));
        Instant(row, BookedOn(day, ref random), ref random).EndRow();
    };

    private static RowWriting Guests(WedSyncWorld world) => (i, row) =>
    {
        var wedding = world.WeddingOfGuest(i);
        var (regionIndex, day) = world.Wedding(wedding);
        var (first, last) = world.GuestName(wedding, i, regionIndex);
        var random = world.For(WedSyncStream.GuestRow, i);
        row.Value(i + 1L).Value(wedding + 1L).Value(first).Append(" ").Append(last)
            .Value("guest").Append(i + 1L).Append("@example.net").Value(Pick(WedSyncWords.Regions[regionIndex].Locales, ref random))
            .Value(1 + random.Next(3));
        var rsvp = random.Next(3);
        row.Value(rsvp);
        _ = random.Next(8) == 0 ? row.Value(Pick(WedSyncWords.Diets, ref random)) : row.Null();
        (rsvp == 0 ? row.Null() : Instant(row, DaysBefore + day - 14 - random.Next(90), ref random)).EndRow();
    };

    private static RowWriting Reviews(WedSyncWorld world) => (i, row) =>
    {
        var random = world.For(WedSyncStream.ReviewRow, i);
        row.Value(i + 1L).Value(world.ReviewedVendor(i) + 1L).Value(random.Next(world.Weddings) + 1L)
            .Value(5 - (random.Next(3) * random.Next(3) / 2)).Value(Pick(WedSyncWords.ReviewTitles, ref random))
            .Value(Pick(WedSyncWords.Reviews, ref random)).Append(" ").Append(Pick(WedSyncWords.Reviews, ref random)).Append(" ").Append(Pick(WedSyncWords.Reviews, ref random));
        Instant(row, DaysBefore + random.Next(WedSyncWorld.Days), ref random).EndRow();
    };

    // Vendor by vendor in turns, as calendars grow: the days of one vendor lie apart in the table. A step below 487 that 3 does not divide repeats no day of 1461.
    private static RowWriting Absences(WedSyncWorld world) => (i, row) =>
    {
        var vendor = i % world.Vendors;
        var turn = i / world.Vendors;
        var random = world.For(WedSyncStream.AbsenceRow, vendor);
        var start = random.Next(WedSyncWorld.Days);
        var step = (random.Next(160) * 3) + 1;
        var day = (int)((start + ((long)turn * step)) % WedSyncWorld.Days);
        row.Value(i + 1L).Value(vendor + 1L).Value(EventDate(day))
            .Value(WedSyncWords.Absences[(vendor + turn) % WedSyncWords.Absences.Length])
            .Value(WedSyncWords.AbsenceSources[turn % WedSyncWords.AbsenceSources.Length]);
        Instant(row, DaysBefore + day - 30 - random.Next(300), ref random).EndRow();
    };

    private static RowWriting Outbox(WedSyncWorld world) => (i, row) =>
    {
        var (regionIndex, day) = world.Wedding(i);
        var random = world.For(WedSyncStream.OutboxRow, i);
        row.Value(i + 1L).Value("wedding.created").Value(i + 1L)
            .Value("{\"id\": ").Append(i + 1L).Append(", \"region\": \"").Append(WedSyncWords.Regions[regionIndex].Id)
            .Append("\", \"event_date\": \"").Append(EventDate(day)).Append("\"}");
        Instant(row, BookedOn(day, ref random), ref random).EndRow();
    };

    private static string EventDate(int day) => Dates[DaysBefore + day];

    // Three of five are booked in the engagement season, the others one to fourteen months ahead.
    private static int BookedOn(int day, ref SeededRandom random)
    {
        var ahead = random.Next(5) < 3 ? EngagementSeason[day] - random.Next(90) : 30 + random.Next(400);
        return Math.Max(0, DaysBefore + day - ahead);
    }

    // People plan their weddings in the evening: two draws make a peak around 18:00 UTC.
    private static RowBuffer Instant(RowBuffer row, int date, ref SeededRandom random)
    {
        var second = (43_200 + random.Next(43_200) + random.Next(43_200)) % 86_400;
        row.Value(Dates[date]).Append(" ");
        TwoDigits(row, second / 3600);
        row.Append(":");
        TwoDigits(row, second / 60 % 60);
        row.Append(":");
        TwoDigits(row, second % 60);
        return row.Append("+00");
    }

    private static void TwoDigits(RowBuffer row, int number) => (number < 10 ? row.Append("0") : row).Append((long)number);

    private static string Pick(string[] words, ref SeededRandom random) => words[random.Next(words.Length)];
}
