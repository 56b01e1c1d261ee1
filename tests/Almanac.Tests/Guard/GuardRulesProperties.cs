using Almanac.Guard;
using Almanac.Model;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Guard;

public sealed class GuardRulesProperties
{
    private static readonly string[] AllRegions = [.. WeddingProfile.Profile.Regions.Select(r => r.Id)];

    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);

    // Five years, by the second; durations from nothing to six days; any regions and scope.
    private static readonly Gen<GuardQuestion> Questions =
        from seconds in Gen.Choose(0, 5 * 365 * 86_400)
        from minutes in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 120), Gen.Choose(1, 6 * 24 * 60))
        from regions in Gen.Choose(1, (1 << AllRegions.Length) - 1)
        from scope in Gen.Elements(Enum.GetValues<GuardScope>())
        select new GuardQuestion
        {
            At = Start + Duration.FromSeconds(seconds),
            Scope = scope,
            Regions = [.. AllRegions.Where((_, i) => (regions & (1 << i)) != 0)],
            Duration = Duration.FromMinutes(minutes),
        };

    private static Verdict Check(GuardQuestion question) => GuardRules.Check(WeddingProfile.Profile, question);

    [Fact]
    public void More_regions_are_never_more_permissive()
        => Always.Holds(Questions, q =>
        {
            var all = Check(q with { Regions = AllRegions });
            (Check(q).State <= all.State).ShouldBeTrue();
        });

    [Fact]
    public void Regions_together_are_as_strict_as_the_strictest_of_them()
        => Always.Holds(Questions, q => Check(q).State.ShouldBe(q.Regions.Max(r => Check(q with { Regions = [r] }).State)));

    [Fact]
    public void A_longer_act_is_never_more_permissive()
        => Always.Holds(Questions, q => (Check(q).State <= Check(q with { Duration = q.Duration + Duration.FromMinutes(45) }).State).ShouldBeTrue());

    [Fact]
    public void At_the_next_opening_the_whole_act_fits_and_a_moment_before_it_does_not()
        => Always.Holds(Questions, q =>
        {
            var verdict = Check(q);
            if (verdict.NextOpening is { } opening)
            {
                opening.ShouldBeGreaterThan(q.At);
                Check(q with { At = opening }).State.ShouldBe(GuardState.Open);
                Check(q with { At = opening - Duration.FromMilliseconds(1) }).State.ShouldNotBe(GuardState.Open);
            }
            else
            {
                (verdict.State == GuardState.Open || q.Duration > Duration.FromHours(1)).ShouldBeTrue();
            }
        });

    [Fact]
    public void The_state_changes_at_the_next_transition_and_nowhere_before()
        => Always.Holds(Questions, q =>
        {
            var now = q with { Duration = Duration.Zero };
            var verdict = Check(now);
            var next = verdict.NextTransition.ShouldNotBeNull();
            Check(now with { At = next }).State.ShouldNotBe(verdict.State);
            for (var i = 0; i < 20; i++)
            {
                Check(now with { At = q.At + ((next - q.At) * i / 20) }).State.ShouldBe(verdict.State);
            }

            Check(now with { At = next - Duration.FromMilliseconds(1) }).State.ShouldBe(verdict.State);
        });

    [Fact]
    public void An_open_act_ends_by_the_edge_at_which_it_closes()
        => Always.Holds(Questions, q =>
        {
            var edge = GuardRules.ClosesAt(WeddingProfile.Profile, q).ShouldNotBeNull();
            (Check(q).State == GuardState.Open).ShouldBe(q.At + q.Duration <= edge && edge > q.At);
        });

    [Fact]
    public void Every_answer_has_a_reason_of_its_own_state()
        => Always.Holds(Questions, q =>
        {
            var verdict = Check(q);
            verdict.Reasons.ShouldContain(r => r.State == verdict.State && r.Text.Length > 0);
        });
}
