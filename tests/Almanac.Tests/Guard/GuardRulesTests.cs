using Almanac.Guard;
using Almanac.Model;
using NodaTime;
using NodaTime.Text;
using Shouldly;

namespace Almanac.Tests.Guard;

public sealed class GuardRulesTests
{
    private static readonly Instant SaturdayInNewYork = At("2027-06-19T14:00:00Z");

    private static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    private static Verdict Check(string at, string region = "us-east-1", GuardScope scope = GuardScope.Ddl, int minutes = 0, params GuardPause[] pauses)
        => GuardRules.Check(WeddingProfile.Profile, new GuardQuestion
        {
            At = At(at),
            Scope = scope,
            Regions = region.Length == 0 ? [] : region.Split(','),
            Duration = Duration.FromMinutes(minutes),
            Pauses = pauses,
        });

    [Fact]
    public void Forty_minutes_before_a_Saturday_in_Berlin_do_not_fit()
    {
        var verdict = Check("2027-06-18T21:30:00Z", "eu-central-1", GuardScope.Ddl, 40);

        verdict.State.ShouldBe(GuardState.Closed);
        var reason = verdict.Reasons.ShouldHaveSingleItem();
        reason.Rule.ShouldBe("Saturday");
        reason.Region.ShouldBe("eu-central-1");
        reason.Text.ShouldBe("40 min from Fri 23:30 do not fit before Saturday (Europe/Berlin) closes at 2027-06-19T00:00+02:00");
        verdict.NextTransition.ShouldBe(At("2027-06-18T22:00:00Z"));
        verdict.NextOpening.ShouldBe(At("2027-06-20T22:00:00Z"));
    }

    [Fact]
    public void Thirty_minutes_fit_exactly_before_midnight()
    {
        Check("2027-06-18T21:30:00Z", "eu-central-1", GuardScope.Ddl, 30).State.ShouldBe(GuardState.Open);
        Check("2027-06-18T21:30:00Z", "eu-central-1", GuardScope.Ddl, 31).State.ShouldBe(GuardState.Closed);
    }

    [Fact]
    public void Saturday_is_closed_until_Monday_because_Sunday_asks_for_approval()
    {
        var verdict = Check("2027-06-19T14:00:00Z");

        verdict.State.ShouldBe(GuardState.Closed);
        verdict.Reasons.ShouldHaveSingleItem().Text.ShouldBe("Saturday (America/New_York) is closed until 2027-06-20T00:00-04:00");
        verdict.NextTransition.ShouldBe(At("2027-06-20T04:00:00Z"));
        verdict.NextOpening.ShouldBe(At("2027-06-21T04:00:00Z"));
        verdict.RequiredApprovals.ShouldBe(0);
    }

    [Fact]
    public void Sunday_asks_for_one_approval()
    {
        var verdict = Check("2027-06-20T14:00:00Z");

        verdict.State.ShouldBe(GuardState.Approval);
        verdict.RequiredApprovals.ShouldBe(1);
        verdict.NextOpening.ShouldBe(At("2027-06-21T04:00:00Z"));
    }

    [Fact]
    public void A_weekday_is_open_and_says_what_comes_next()
    {
        var verdict = Check("2027-06-16T14:00:00Z", minutes: 60);

        verdict.State.ShouldBe(GuardState.Open);
        verdict.NextOpening.ShouldBeNull();
        verdict.NextTransition.ShouldBe(At("2027-06-19T04:00:00Z"));
        verdict.Reasons.ShouldHaveSingleItem().Text.ShouldBe("no window covers Wed 10:00 America/New_York; next is Saturday (America/New_York) from 2027-06-19T00:00-04:00");
    }

    [Theory]
    [InlineData("2027-02-14T12:00:00Z", "us-east-1", GuardState.Closed)] // Valentine's Day on a Sunday: the stricter rule counts
    [InlineData("2028-02-14T12:00:00Z", "eu-central-1", GuardState.Closed)] // a Monday
    [InlineData("2026-12-31T12:00:00Z", "us-west-2", GuardState.Closed)]
    [InlineData("2027-01-01T11:59:00Z", "us-west-2", GuardState.Closed)] // New Year's night belongs to the eve
    [InlineData("2027-01-01T12:00:00Z", "us-west-2", GuardState.Open)]
    [InlineData("2026-12-30T16:00:00Z", "asia-pacific-1", GuardState.Closed)] // already the 31st in Singapore
    [InlineData("2026-12-30T15:59:00Z", "asia-pacific-1", GuardState.Open)]
    [InlineData("2028-08-25T18:00:00Z", "asia-pacific-1", GuardState.Closed)] // Qixi 2028 is a Saturday
    [InlineData("2026-08-19T02:00:00Z", "asia-pacific-1", GuardState.Approval)] // Qixi on a Wednesday
    public void Feast_days_are_local(string at, string region, GuardState state) => Check(at, region).State.ShouldBe(state);

    [Fact]
    public void A_scope_that_a_rule_does_not_name_is_free()
    {
        Check("2027-06-20T14:00:00Z", scope: GuardScope.Load).State.ShouldBe(GuardState.Open);
        Check("2027-06-19T14:00:00Z", scope: GuardScope.Load).State.ShouldBe(GuardState.Closed);
    }

    [Fact]
    public void Saturday_somewhere_is_Saturday_for_an_act_in_all_regions()
    {
        // Friday noon in New York is Saturday in Singapore.
        Check("2027-06-18T16:00:00Z", "us-east-1").State.ShouldBe(GuardState.Open);
        var verdict = Check("2027-06-18T16:00:00Z", "us-east-1,asia-pacific-1");
        verdict.State.ShouldBe(GuardState.Closed);
        verdict.Reasons.ShouldHaveSingleItem().Region.ShouldBe("asia-pacific-1");
        verdict.NextOpening.ShouldBe(At("2027-06-21T04:00:00Z"));
    }

    [Fact]
    public void Without_a_region_the_primary_one_counts() => Check("2027-06-19T14:00:00Z", "").Regions.ShouldBe(["us-east-1"]);

    [Fact]
    public void An_unknown_region_is_a_usage_error_that_names_the_known_ones()
    {
        var error = Should.Throw<AlmanacException>(() => Check("2027-06-19T14:00:00Z", "mars"));
        error.ExitCode.ShouldBe(ExitCode.Usage);
        error.Hint!.ShouldContain("eu-central-1");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(61 * 24 * 60)]
    public void An_absurd_duration_is_a_usage_error(int minutes)
        => Should.Throw<AlmanacException>(() => Check("2027-06-16T14:00:00Z", minutes: minutes)).ExitCode.ShouldBe(ExitCode.Usage);

    [Fact]
    public void What_lasts_longer_than_a_working_week_never_fits()
    {
        var verdict = Check("2027-06-14T04:00:00Z", minutes: 6 * 24 * 60);
        verdict.State.ShouldBe(GuardState.Closed);
        verdict.NextOpening.ShouldBeNull();
    }

    [Fact]
    public void A_pause_closes_everything_until_it_is_lifted()
    {
        var pause = new GuardPause { Reason = "incident 12", Actor = "ann", From = At("2027-06-16T13:00:00Z") };

        var verdict = Check("2027-06-16T14:00:00Z", pauses: pause);
        verdict.State.ShouldBe(GuardState.Closed);
        verdict.NextOpening.ShouldBeNull();
        verdict.Reasons.ShouldHaveSingleItem().Text.ShouldBe("paused by ann: incident 12; closed until resumed");

        Check("2027-06-16T12:00:00Z", pauses: pause).State.ShouldBe(GuardState.Open);
        Check("2027-06-16T14:00:00Z", pauses: pause with { Until = At("2027-06-16T14:00:00Z") }).State.ShouldBe(GuardState.Open);
        Check("2027-06-16T14:00:00Z", pauses: pause with { Until = At("2027-06-16T15:00:00Z") }).NextOpening.ShouldBe(At("2027-06-16T15:00:00Z"));
    }

    [Fact]
    public void A_pause_of_one_region_or_scope_leaves_the_others_open()
    {
        var pause = new GuardPause { Regions = ["eu-central-1"], Scopes = [GuardScope.Ddl], Reason = "r", Actor = "ann", From = At("2027-06-16T13:00:00Z") };
        Check("2027-06-16T14:00:00Z", pauses: pause).State.ShouldBe(GuardState.Open);
        Check("2027-06-16T14:00:00Z", "us-east-1,eu-central-1", pauses: pause).State.ShouldBe(GuardState.Closed);
        Check("2027-06-16T14:00:00Z", "eu-central-1", GuardScope.Deploy, pauses: pause).State.ShouldBe(GuardState.Open);
    }

    [Fact]
    public void An_act_must_be_over_when_the_next_stricter_window_begins()
    {
        Instant? Edge(string at, GuardState allowed) => GuardRules.ClosesAt(
            WeddingProfile.Profile, new GuardQuestion { At = At(at), Scope = GuardScope.Ddl, Regions = ["us-east-1"] }, allowed);

        Edge("2027-06-16T14:00:00Z", GuardState.Open).ShouldBe(At("2027-06-19T04:00:00Z"));
        Edge("2027-06-20T14:00:00Z", GuardState.Approval).ShouldBe(At("2027-06-26T04:00:00Z"));
        Edge("2027-06-19T14:00:00Z", GuardState.Open).ShouldBe(SaturdayInNewYork);
        Edge("2027-06-19T14:00:00Z", GuardState.Closed).ShouldBeNull();
    }
}
