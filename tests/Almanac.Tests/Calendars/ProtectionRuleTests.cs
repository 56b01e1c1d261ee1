using Almanac.Calendars;
using Almanac.Model;
using NodaTime;
using NodaTime.Text;
using Shouldly;

namespace Almanac.Tests.Calendars;

public sealed class ProtectionRuleTests
{
    private static readonly ProtectionRule Everyday = new() { Name = "daily", Level = GuardState.Closed, Days = new WeekdayDays(Enum.GetValues<IsoDayOfWeek>()) };

    private static ProtectionWindow Window(ProtectionRule rule, string zone, string date)
        => rule.WindowOn(LocalDatePattern.Iso.Parse(date).Value, Region(zone, rule));

    private static RegionCalendar Region(string zone, params ProtectionRule[] rules)
        => new() { Id = "r", Name = "r", Zone = DateTimeZoneProviders.Tzdb[zone], Protections = rules };

    private static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    [Theory]
    [InlineData("Europe/Berlin", "2027-03-28", 23)]
    [InlineData("Europe/Berlin", "2027-10-31", 25)]
    [InlineData("America/New_York", "2027-03-14", 23)]
    [InlineData("America/Los_Angeles", "2027-11-07", 25)]
    [InlineData("Asia/Singapore", "2027-03-28", 24)]
    [InlineData("America/Havana", "2025-03-09", 23)] // midnight itself is skipped there
    public void A_whole_day_has_the_hours_that_the_local_day_has(string zone, string date, int hours)
    {
        var window = Window(Everyday, zone, date);
        (window.End - window.Start).ShouldBe(Duration.FromHours(hours));
    }

    [Fact]
    public void A_skipped_local_time_is_the_next_valid_instant()
    {
        var rule = Everyday with { From = new LocalTime(2, 0), To = new LocalTime(4, 0) };
        var window = Window(rule, "Europe/Berlin", "2027-03-28");
        window.Start.ShouldBe(At("2027-03-28T01:00:00Z"));
        window.End.ShouldBe(At("2027-03-28T02:00:00Z"));
    }

    [Fact]
    public void A_window_inside_the_skipped_hour_is_empty()
    {
        var rule = Everyday with { From = new LocalTime(2, 15), To = new LocalTime(2, 45) };
        var window = Window(rule, "Europe/Berlin", "2027-03-28");
        window.End.ShouldBe(window.Start);
        Region("Europe/Berlin", rule).Windows(At("2027-03-27T12:00:00Z"), At("2027-03-28T12:00:00Z"), _ => true).ShouldNotContain(w => w.Start == window.Start);
    }

    [Fact]
    public void A_doubled_local_time_counts_first_as_start_and_last_as_end()
    {
        var rule = Everyday with { From = new LocalTime(2, 30), To = new LocalTime(2, 45) };
        var window = Window(rule, "Europe/Berlin", "2027-10-31");
        window.Start.ShouldBe(At("2027-10-31T00:30:00Z"));
        window.End.ShouldBe(At("2027-10-31T01:45:00Z"));
    }

    [Fact]
    public void A_window_that_ends_before_it_begins_ends_on_the_next_day()
    {
        var window = Window(Everyday with { From = new LocalTime(22, 0), To = new LocalTime(4, 0) }, "Asia/Singapore", "2027-06-18");
        (window.End - window.Start).ShouldBe(Duration.FromHours(6));
    }

    [Fact]
    public void Lead_and_tail_widen_the_window_in_elapsed_time()
    {
        var window = Window(Everyday with { Lead = Duration.FromHours(6), Tail = Duration.FromHours(12) }, "Asia/Singapore", "2027-06-18");
        window.Start.ShouldBe(At("2027-06-17T10:00:00Z"));
        window.End.ShouldBe(At("2027-06-19T04:00:00Z"));
    }

    [Fact]
    public void A_window_that_began_before_the_range_is_found()
    {
        var rule = new ProtectionRule { Name = "n", Level = GuardState.Closed, Days = new YearlyDays(new AnnualDate(12, 31)), Tail = Duration.FromDays(7) };
        Region("Asia/Singapore", rule).Windows(At("2027-01-06T00:00:00Z"), At("2027-01-06T01:00:00Z"), _ => true).Count().ShouldBe(1);
    }

    [Fact]
    public void The_29th_of_February_exists_in_leap_years_only()
    {
        var days = new YearlyDays(new AnnualDate(2, 29));
        days.Includes(new LocalDate(2028, 2, 29)).ShouldBeTrue();
        days.Includes(new LocalDate(2027, 2, 28)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(15, "15 s")]
    [InlineData(2400, "40 min")]
    [InlineData(2401, "41 min")]
    [InlineData(5400, "1 h 30 min")]
    [InlineData(187200, "2 d 4 h")]
    public void Durations_read_as_people_say_them(int seconds, string text) => LocalTimes.Text(Duration.FromSeconds(seconds)).ShouldBe(text);
}
