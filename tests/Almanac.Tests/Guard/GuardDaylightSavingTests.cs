using Almanac.Guard;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Guard;

/// <summary>All four zones on the Sundays on which clocks change (Singapore's never do).</summary>
public sealed class GuardDaylightSavingTests
{
    [Theory]
    [InlineData("us-east-1", 2027, 3, 14, 23)]
    [InlineData("us-east-1", 2027, 11, 7, 25)]
    [InlineData("us-west-2", 2027, 3, 14, 23)]
    [InlineData("us-west-2", 2027, 11, 7, 25)]
    [InlineData("eu-central-1", 2027, 3, 28, 23)]
    [InlineData("eu-central-1", 2027, 10, 31, 25)]
    [InlineData("asia-pacific-1", 2027, 3, 28, 24)]
    [InlineData("asia-pacific-1", 2027, 10, 31, 24)]
    public void The_Sunday_on_which_clocks_change_is_protected_from_local_midnight_to_midnight(string region, int year, int month, int day, int hours)
    {
        var zone = WeddingProfile.Profile.Region(region).Zone;
        var start = zone.AtStartOfDay(new LocalDate(year, month, day)).ToInstant();
        GuardState State(Instant at) => Check(region, at).State;

        State(start - Duration.FromSeconds(1)).ShouldBe(GuardState.Closed, "Saturday");
        for (var minute = 0; minute < hours * 60; minute += 15)
        {
            State(start + Duration.FromMinutes(minute)).ShouldBe(GuardState.Approval);
        }

        State(start + Duration.FromHours(hours)).ShouldBe(GuardState.Open, "Monday");
        Check(region, start).NextTransition.ShouldBe(start + Duration.FromHours(hours));
    }

    private static Verdict Check(string region, Instant at)
        => GuardRules.Check(WeddingProfile.Profile, new GuardQuestion { At = at, Scope = GuardScope.Deploy, Regions = [region] });
}
