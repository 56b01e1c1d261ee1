using System.Globalization;
using Almanac.Calendars;
using Almanac.Model;
using Almanac.Tests.Guard;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Calendars;

public sealed class WeddingProfileTests
{
    [Fact]
    public void The_four_regions_have_their_zones()
        => WeddingProfile.Profile.Regions.ToDictionary(r => r.Id, r => r.Zone.Id).ShouldBe(
            new Dictionary<string, string>
            {
                ["us-east-1"] = "America/New_York",
                ["us-west-2"] = "America/Los_Angeles",
                ["eu-central-1"] = "Europe/Berlin",
                ["asia-pacific-1"] = "Asia/Singapore",
            },
            ignoreOrder: true);

    [Fact]
    public void Every_rule_names_its_source()
        => WeddingProfile.Profile.Regions.SelectMany(r => r.Protections).ShouldAllBe(p => !string.IsNullOrWhiteSpace(p.Source));

    [Fact]
    public void Every_region_closes_Saturdays_for_everything()
    {
        foreach (var region in WeddingProfile.Profile.Regions)
        {
            var rule = region.Protections.Single(p => p.Name == "Saturday");
            rule.Level.ShouldBe(GuardState.Closed);
            Enum.GetValues<GuardScope>().ShouldAllBe(s => rule.Covers(s));
        }
    }

    [Fact]
    public void Qixi_is_the_seventh_day_of_the_seventh_lunar_month()
    {
        var calendar = new ChineseLunisolarCalendar();
        var listed = WeddingProfile.Profile.Region("asia-pacific-1").Protections.Single(p => p.Name == "Qixi").Days.ShouldBeOfType<ListedDays>().Dates;
        var computed = listed.Select(d => d.Year).Select(year =>
        {
            // Months are numbered through a leap month: from the leap month on, the seventh is number eight.
            var leap = calendar.GetLeapMonth(year);
            return LocalDate.FromDateTime(calendar.ToDateTime(year, leap is > 0 and <= 7 ? 8 : 7, 7, 0, 0, 0, 0));
        });
        listed.ShouldBe(computed);
        listed.Count.ShouldBeGreaterThanOrEqualTo(5);
    }
}
