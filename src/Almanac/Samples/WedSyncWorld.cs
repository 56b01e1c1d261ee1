using Almanac.Model;

namespace Almanac.Samples;

/// <summary>
/// What every part of the sample agrees on for one scale and seed: how many rows there are, who is popular, which days are sought after,
/// and any row's key facts without making the rows before it. So the load generator asks for weddings and bookings that exist.
/// </summary>
public sealed class WedSyncWorld
{
    /// <summary>Event days lie from 2025-01-01 to 2028-12-31.</summary>
    public const int Days = 1461;

    /// <summary>The first event day.</summary>
    public static readonly DateOnly FirstDay = new(2025, 1, 1);

    internal const int BookingsPerWedding = 5;
    internal const int AbsencesPerVendor = 40;

    // Weddings by month and weekday: May to October, and Saturdays.
    private static readonly int[] MonthWeights = [3, 4, 6, 9, 14, 17, 15, 14, 17, 16, 6, 4];
    private static readonly int[] WeekdayWeights = [16, 3, 3, 3, 5, 12, 58];
    private static readonly WeightedChoice DayChoice = new(Enumerable.Range(0, Days).Select(d => FirstDay.AddDays(d)).Select(
        d => (double)MonthWeights[d.Month - 1] * WeekdayWeights[(int)d.DayOfWeek]));

    private static readonly WeightedChoice RegionChoice = new(WedSyncWords.Regions.Select(r => (double)r.Share));
    private static readonly WeightedChoice CategoryChoice = WeightedChoice.ByRank(WedSyncWords.Categories.Length);

    private readonly byte[] vendorGroup;
    private readonly int[][] groups;
    private readonly WeightedChoice[] popularity;
    private readonly int stride;

    /// <param name="scale">1 = 50,000 vendors, 200,000 weddings, 2 M guests, 1 M bookings; at least 0.001.</param>
    /// <param name="seed">The same seed and scale make the same data everywhere.</param>
    public WedSyncWorld(double scale, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 0.001);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, 10);
        Scale = scale;
        Seed = seed;
        Vendors = Math.Max(192, (int)Math.Round(50_000 * scale));
        Weddings = 4 * Math.Max(10, (int)Math.Round(50_000 * scale));
        Venues = Math.Max(8, Vendors / 10);
        Reviews = 6 * Vendors;
        stride = StrideFor(Weddings);

        var regions = WedSyncWords.Regions.Length;
        var categories = WedSyncWords.Categories.Length;
        vendorGroup = new byte[Vendors];
        var members = Enumerable.Range(0, regions * categories).Select(_ => new List<int>()).ToArray();
        for (var v = 0; v < Vendors; v++)
        {
            // The first vendors go round, so that no group is empty at a small scale.
            var random = For(WedSyncStream.Vendor, v);
            var group = v < members.Length ? v : (RegionChoice.Draw(ref random) * categories) + random.Next(categories);
            vendorGroup[v] = (byte)group;
            members[group].Add(v);
        }

        // Popular is who comes early in his group; shuffled, since the oldest vendors are not the most popular.
        groups = [.. members.Select((list, g) => Shuffle([.. list], For(WedSyncStream.Popularity, g)))];
        popularity = [.. groups.Select(g => WeightedChoice.ByRank(g.Length))];

        ReviewCounts = new int[Vendors];
        for (var r = 0; r < Reviews; r++)
        {
            ReviewCounts[ReviewedVendor(r)]++;
        }
    }

    public double Scale { get; }
    public ulong Seed { get; }
    public int Vendors { get; }
    public int Venues { get; }
    public int Weddings { get; }
    public int Couples => Weddings;
    public int Guests => 10 * Weddings;
    public int Bookings => BookingsPerWedding * Weddings;
    public int Payments => Bookings / 2;
    public int Reviews { get; }
    public int Absences => AbsencesPerVendor * Vendors;
    public int OutboxEvents => Weddings;

    internal int[] ReviewCounts { get; }

    // Ordinals count from 0; the ids in the database are ordinal + 1.

    internal SeededRandom For(WedSyncStream stream, long index) => SeededRandom.For(Seed, (int)stream, index);

    internal static int DrawDay(ref SeededRandom random) => DayChoice.Draw(ref random);

    internal static int DrawRegion(ref SeededRandom random) => RegionChoice.Draw(ref random);

    internal static int DrawCategory(ref SeededRandom random) => CategoryChoice.Draw(ref random);

    /// <summary>A vendor of a region and category, the popular ones more often.</summary>
    internal int DrawVendor(int region, int category, ref SeededRandom random)
    {
        var group = (region * WedSyncWords.Categories.Length) + category;
        return groups[group][popularity[group].Draw(ref random)];
    }

    internal int DrawVendor(ref SeededRandom random) => DrawVendor(DrawRegion(ref random), random.Next(WedSyncWords.Categories.Length), ref random);

    internal int VendorRegion(int vendor) => vendorGroup[vendor] / WedSyncWords.Categories.Length;

    internal int VendorCategory(int vendor) => vendorGroup[vendor] % WedSyncWords.Categories.Length;

    internal int ReviewedVendor(int review)
    {
        var random = For(WedSyncStream.ReviewedVendor, review);
        return DrawVendor(ref random);
    }

    internal (int Region, int Day) Wedding(int wedding)
    {
        var random = For(WedSyncStream.Wedding, wedding);
        return (DrawRegion(ref random), DrawDay(ref random));
    }

    /// <summary>Two weddings share twenty guests, more or less evenly.</summary>
    internal (int First, int Count) GuestsOf(int wedding)
    {
        var random = For(WedSyncStream.GuestCount, wedding / 2);
        var even = 2 + random.Next(17);
        return wedding % 2 == 0 ? (10 * wedding, even) : ((10 * (wedding - 1)) + even, 20 - even);
    }

    internal int WeddingOfGuest(int guest)
    {
        var even = guest / 20 * 2;
        return guest % 20 < GuestsOf(even).Count ? even : even + 1;
    }

    /// <summary>Unique within the wedding.</summary>
    internal (string First, string Last) GuestName(int wedding, int guest, int region)
    {
        var words = WedSyncWords.Regions[region];
        var random = For(WedSyncStream.GuestName, wedding);
        var firstName = random.Next(words.FirstNames.Length);
        var lastName = random.Next(words.LastNames.Length);
        var place = guest - GuestsOf(wedding).First;
        return (words.FirstNames[(firstName + place) % words.FirstNames.Length],
            words.LastNames[(lastName + (place / words.FirstNames.Length) + (place % 3)) % words.LastNames.Length]);
    }

    /// <summary>A wedding's bookings were made at different times, so they lie apart in the table.</summary>
    internal (int Wedding, int Place) WeddingOfBooking(int booking) => ((int)((long)(booking % Weddings) * stride % Weddings), booking / Weddings);

    /// <summary>A booking's price in minor units.</summary>
    internal long BookingPrice(int booking, int region)
    {
        var random = For(WedSyncStream.BookingPrice, booking);
        return WedSyncWords.Regions[region].PriceBaseMinor * (40 + random.Next(160)) / 100;
    }

    /// <summary>Of each four bookings two payments are made, in one of four ways; the answer is the ordinal of the booking within its four.</summary>
    internal int PaidBooking(int payment)
    {
        var four = payment / 2;
        var second = payment % 2;
        var random = For(WedSyncStream.PaidBooking, four);
        var place = random.Next(4) switch
        {
            0 => 0,
            1 => second,
            2 => 1 + second,
            _ => 2,
        };
        return (four * 4) + place;
    }

    /// <summary>A deposit of 30 % of the price; both deposits of one booking are alike.</summary>
    internal static long PaymentAmount(long price) => price * 30 / 100;

    /// <summary>What the loaded payments of a booking add up to.</summary>
    internal long PaidAmount(int booking, long price)
    {
        var four = booking / 4 * 2;
        var payments = (PaidBooking(four) == booking ? 1 : 0) + (PaidBooking(four + 1) == booking ? 1 : 0);
        return payments * PaymentAmount(price);
    }

    internal Guid PaymentKey(int payment)
    {
        var random = For(WedSyncStream.PaymentKey, payment);
        return random.NextGuid();
    }

    private static int[] Shuffle(int[] items, SeededRandom random)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }

        return items;
    }

    // Golden section: neighbours in the table are far apart among the weddings. Coprime, so that each wedding comes once.
    private static int StrideFor(int count)
    {
        var step = (int)(count * 0.618);
        while (Gcd(step, count) != 1)
        {
            step++;
        }

        return step;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}

/// <summary>Independent sequences of random numbers, one for each use.</summary>
internal enum WedSyncStream
{
    Vendor,
    Popularity,
    ReviewedVendor,
    Wedding,
    GuestCount,
    GuestName,
    BookingPrice,
    PaidBooking,
    PaymentKey,
    VendorRow,
    VenueRow,
    CoupleRow,
    WeddingRow,
    BookingRow,
    PaymentRow,
    GuestRow,
    ReviewRow,
    AbsenceRow,
    OutboxRow,
}
