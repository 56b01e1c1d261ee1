using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Almanac.Samples;
using Shouldly;

namespace Almanac.Tests.Samples;

public sealed class WedSyncTablesTests
{
    private const double Scale = 0.01;
    private static readonly WedSyncWorld World = new(Scale, 42);
    private static readonly Dictionary<string, string[][]> Rows = WedSyncTables.All(World).ToDictionary(
        t => t.Name, t => Lines(t).Select(line => line.Split('\t')).ToArray(), StringComparer.Ordinal);

    [Fact]
    public void The_same_seed_makes_the_same_bytes_and_another_seed_others()
    {
        Hash(new WedSyncWorld(Scale, 42)).ShouldBe(Hash(World));
        Hash(new WedSyncWorld(Scale, 43)).ShouldNotBe(Hash(World));
    }

    // Pinned, so that the data are the same on every machine; a change of the generator changes it knowingly.
    [Fact]
    public void The_bytes_are_the_same_on_any_machine()
        => Hash(World).ShouldBe("3bbeea4ed1bd556cdfbde693a8c445112c0f5c61918729ef59422d020e39caa7");

    [Fact]
    public void Each_table_has_its_rows_its_columns_and_consecutive_ids()
    {
        foreach (var table in WedSyncTables.All(World))
        {
            var rows = Rows[table.Name];
            rows.Length.ShouldBe(table.Rows, table.Name);
            rows.ShouldAllBe(row => row.Length == table.Columns.Split(", ", StringSplitOptions.None).Length, table.Name);
            rows.Select(row => Number(row[0])).ShouldBe(Enumerable.Range(1, table.Rows).Select(i => (long)i), table.Name);
        }
    }

    [Fact]
    public void Full_scale_is_the_size_that_the_documentation_promises()
    {
        var world = new WedSyncWorld(1, 1);

        (world.Vendors, world.Weddings, world.Guests, world.Bookings, world.Payments, world.Reviews, world.Absences)
            .ShouldBe((50_000, 200_000, 2_000_000, 1_000_000, 500_000, 300_000, 2_000_000));
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.2)]
    public void Every_region_and_category_has_vendors(double scale)
    {
        var world = new WedSyncWorld(scale, 5);

        Enumerable.Range(0, world.Vendors).Select(v => (world.VendorRegion(v), world.VendorCategory(v))).Distinct().Count().ShouldBe(48);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(double.NaN)]
    public void A_scale_out_of_range_is_refused(double scale)
        => Should.Throw<ArgumentOutOfRangeException>(() => new WedSyncWorld(scale, 1));

    [Fact]
    public void Most_weddings_are_on_Saturdays_and_from_May_to_October()
    {
        var days = Rows["weddings"].Select(row => Date(row[4])).ToList();

        Share(days, d => d.DayOfWeek == DayOfWeek.Saturday).ShouldBeInRange(0.52, 0.64);
        Share(days, d => d.Month is >= 5 and <= 10).ShouldBeInRange(0.68, 0.80);
        days.Min().ShouldBeGreaterThanOrEqualTo(new DateOnly(2025, 1, 1));
        days.Max().ShouldBeLessThanOrEqualTo(new DateOnly(2028, 12, 31));
        days.Select(d => d.Year).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void Most_bookings_are_made_from_December_to_February_and_before_the_day()
    {
        var bookings = Rows["bookings"];

        Share(bookings, row => Date(row[9].Substring(0, 10)).Month is 12 or 1 or 2).ShouldBeInRange(0.60, 0.80);
        bookings.ShouldAllBe(row => Date(row[9].Substring(0, 10)) < Date(row[3]));
    }

    [Fact]
    public void No_vendor_is_confirmed_twice_for_a_day_although_some_are_sought_after()
    {
        var confirmed = Rows["bookings"].Where(row => row[4] == "1").ToList();

        confirmed.Select(row => (row[1], row[3])).ShouldBeUnique();
        Share(Rows["bookings"], row => row[4] == "1").ShouldBeInRange(0.70, 0.85);
        var perVendor = Rows["bookings"].GroupBy(row => row[1]).Select(g => g.Count()).OrderDescending().ToList();
        perVendor.Take(perVendor.Count / 10).Sum().ShouldBeGreaterThan(Rows["bookings"].Length / 5);
    }

    [Fact]
    public void Payments_have_keys_of_their_own_and_add_up_to_what_their_bookings_say()
    {
        var payments = Rows["payments"];
        var paid = payments.GroupBy(row => row[1]).ToDictionary(g => g.Key, g => g.Sum(row => Number(row[3])), StringComparer.Ordinal);

        payments.Select(row => row[2]).ShouldBeUnique();
        Rows["bookings"].ShouldAllBe(row => Number(row[6]) == paid.GetValueOrDefault(row[0]) && Number(row[6]) <= Number(row[5]));
        paid.Keys.ShouldAllBe(booking => Number(booking) >= 1 && Number(booking) <= World.Bookings);
    }

    [Fact]
    public void Guests_have_names_of_their_own_within_a_wedding_which_counts_them_right()
    {
        var lists = Rows["guests"].GroupBy(row => row[1]).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);

        Rows["weddings"].ShouldAllBe(row => lists[row[0]].Count == Number(row[5]));
        lists.Values.ShouldAllBe(list => list.Select(row => row[2]).Distinct().Count() == list.Count);
        lists.Values.Select(list => list.Count).Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_vendor_is_absent_on_forty_different_days()
    {
        var days = Rows["availability"].GroupBy(row => row[1]).ToList();

        days.Count.ShouldBe(World.Vendors);
        days.ShouldAllBe(g => g.Select(row => row[2]).Distinct().Count() == 40);
    }

    [Fact]
    public void Vendors_describe_themselves_at_length_and_count_their_reviews()
    {
        var reviews = Rows["reviews"].GroupBy(row => row[1]).ToDictionary(g => g.Key, g => (long)g.Count(), StringComparer.Ordinal);

        Rows["vendors"].Average(row => Encoding.UTF8.GetByteCount(row[6])).ShouldBeInRange(500, 1000);
        Rows["vendors"].ShouldAllBe(row => Number(row[10]) == reviews.GetValueOrDefault(row[0]));
        Rows["vendors"].ShouldAllBe(row => decimal.Parse(row[9]) >= 0 && decimal.Parse(row[9]) <= 5);
    }

    [Fact]
    public void Each_region_has_its_money_and_its_languages()
    {
        Rows["vendors"].Select(row => (row[1], row[8])).Distinct().Order().ShouldBe(
            [("asia-pacific-1", "SGD"), ("eu-central-1", "EUR"), ("us-east-1", "USD"), ("us-west-2", "USD")]);
        Rows["couples"].Where(row => row[1] == "eu-central-1").Select(row => row[2]).Distinct().Order().ShouldBe(["de-AT", "de-DE", "fr-FR", "pl-PL"]);
    }

    [Fact]
    public void Some_couples_signed_up_twice()
        => Rows["couples"].Select(row => row[5]).Distinct().Count().ShouldBeInRange(World.Couples * 98 / 100, World.Couples - 1);

    private static IEnumerable<string> Lines(WedSyncTable table)
    {
        var write = table.Begin();
        var buffer = new RowBuffer();
        for (var i = 0; i < table.Rows; i++)
        {
            write(i, buffer);
            yield return buffer.Written.ToString().TrimEnd('\n');
            buffer.Clear();
        }
    }

    private static string Hash(WedSyncWorld world)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in WedSyncTables.All(world).SelectMany(Lines))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static double Share<T>(IReadOnlyCollection<T> items, Func<T, bool> which) => items.Count(which) / (double)items.Count;

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
