using Almanac.Guard;
using Almanac.Model;
using NodaTime;
using NodaTime.Text;
using Shouldly;

namespace Almanac.Tests.Guard;

public sealed class GateRulesTests
{
    private static readonly Instant Wednesday = At("2027-06-16T14:00:00Z");
    private static readonly Instant Saturday = At("2027-06-19T14:00:00Z");
    private static readonly Instant Sunday = At("2027-06-20T14:00:00Z");

    private static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    private static GateQuestion Question(Instant asked, Instant? real) => new()
    {
        Id = "ci-1",
        Scope = GuardScope.Ddl,
        Regions = ["us-east-1"],
        Duration = Duration.FromMinutes(10),
        Asked = asked,
        Real = real,
    };

    private static GateAnswer Judge(GateQuestion question) => GateRules.Judge(WeddingProfile.Profile, question);

    private static ApprovalState Approved(int approvers = 1) => new()
    {
        Id = "ci-1",
        Status = ApprovalStatus.Approved,
        Scope = GuardScope.Ddl,
        Regions = ["us-east-1", "us-west-2"],
        Required = 1,
        Requester = "ann",
        Approvers = [.. Enumerable.Range(1, approvers).Select(i => $"approver{i}")],
        ExpiresAt = Sunday + Duration.FromHours(24),
    };

    private static GuardOverride Glass(Instant from) => new() { ChangeId = "ci-1", Reason = "outage", Actor = "ops", From = from, Until = from + Duration.FromHours(1) };

    [Fact]
    public void An_approval_holds_for_the_kind_of_act_and_the_regions_it_was_asked_for()
    {
        var question = Question(Sunday, Sunday);
        Judge(question with { Approval = Approved() with { Regions = [] } }).Allowed.ShouldBeTrue();
        Judge(question with { Approval = Approved() with { Regions = ["us-west-2"] } }).Code.ShouldBe(ExitCode.ApprovalPending);
        Judge(question with { Approval = Approved() with { Scope = GuardScope.Deploy } }).Code.ShouldBe(ExitCode.ApprovalPending);
    }

    [Fact]
    public void Both_clocks_open_is_allowed_until_the_nearer_edge()
    {
        var answer = Judge(Question(Wednesday, At("2027-06-18T14:00:00Z")));
        answer.Allowed.ShouldBeTrue();
        answer.Code.ShouldBe(ExitCode.Done);
        answer.Sentence.ShouldStartWith("Open: ");
        answer.TimeLeft.ShouldBe(Duration.FromHours(14)); // Friday 10:00 in New York
        answer.MustEndBy.ShouldBe(At("2027-06-19T04:00:00Z"));
    }

    [Fact]
    public void A_Saturday_asked_about_is_refused_on_any_day()
    {
        var answer = Judge(Question(Saturday, Wednesday));
        answer.Allowed.ShouldBeFalse();
        answer.Code.ShouldBe(ExitCode.Refused);
        answer.Sentence.ShouldBe("Closed: Saturday (America/New_York) is closed until 2027-06-20T00:00-04:00 [us-east-1].");
        answer.Hint!.ShouldContain("It next fits at 2027-06-21T04:00:00Z (2027-06-21T00:00-04:00)");
        answer.TimeLeft.ShouldBeNull();
    }

    [Fact]
    public void A_real_Saturday_is_refused_whatever_is_asked_about()
    {
        var answer = Judge(Question(Wednesday, Saturday));
        answer.Code.ShouldBe(ExitCode.Refused);
        answer.Asked.State.ShouldBe(GuardState.Open);
        answer.Real!.State.ShouldBe(GuardState.Closed);
        answer.Sentence.ShouldContain("in fact, now");
    }

    [Fact]
    public void On_a_simulated_clock_only_the_asked_instant_counts()
    {
        var answer = Judge(Question(Wednesday, null));
        answer.Allowed.ShouldBeTrue();
        answer.Real.ShouldBeNull();
        answer.MustEndBy.ShouldBe(At("2027-06-19T04:00:00Z"));
        Judge(Question(Saturday, null)).Code.ShouldBe(ExitCode.Refused);
    }

    [Fact]
    public void Sunday_waits_for_an_approval_and_then_goes_until_the_next_closed_window()
    {
        var waiting = Judge(Question(Sunday, Sunday));
        waiting.Allowed.ShouldBeFalse();
        waiting.Code.ShouldBe(ExitCode.ApprovalPending);
        waiting.Sentence.ShouldStartWith("Needs an approval: Sunday (America/New_York) asks for approval until");
        waiting.Hint!.ShouldContain("almanac guard request ci-1");

        var approved = Judge(Question(Sunday, Sunday) with { Approval = Approved() });
        approved.Allowed.ShouldBeTrue();
        approved.ByApproval.ShouldBeTrue();
        approved.Sentence.ShouldStartWith("Approved by approver1: ");
        approved.MustEndBy.ShouldBe(At("2027-06-26T04:00:00Z"));
    }

    [Fact]
    public void On_a_simulated_Sunday_an_approval_ages_by_the_clock_that_it_was_given_on()
    {
        var given = At("2026-03-02T09:00:00Z");
        var question = Question(Sunday, null) with { LedgerNow = given + Duration.FromHours(1), Approval = Approved() with { ExpiresAt = given + Duration.FromHours(24) } };
        Judge(question).Allowed.ShouldBeTrue();
        question.Now.ShouldBe(given + Duration.FromHours(1));
    }

    [Fact]
    public void Sunday_with_a_pending_request_says_who_asked()
    {
        var answer = Judge(Question(Sunday, Sunday) with { Approval = Approved(0) with { Status = ApprovalStatus.Pending } });
        answer.Code.ShouldBe(ExitCode.ApprovalPending);
        answer.Sentence.ShouldContain("requested by ann, 0 given");
        answer.Hint!.ShouldContain("almanac guard approve ci-1");
    }

    [Fact]
    public void Too_few_approvals_do_not_open()
    {
        var profile = new GuardConfig { Approvals = 2 }.ApplyTo(WeddingProfile.Profile);
        GateRules.Judge(profile, Question(Sunday, Sunday) with { Approval = Approved(1) }).Code.ShouldBe(ExitCode.ApprovalPending);
        GateRules.Judge(profile, Question(Sunday, Sunday) with { Approval = Approved(2) }).Allowed.ShouldBeTrue();
    }

    [Fact]
    public void Approvals_do_not_open_a_closed_window()
        => Judge(Question(Saturday, Saturday) with { Approval = Approved(5) }).Code.ShouldBe(ExitCode.Refused);

    [Fact]
    public void An_approved_act_that_would_run_into_Saturday_is_refused()
    {
        var late = At("2027-06-26T03:55:00Z");
        Judge(Question(late, late) with { Approval = Approved() }).Code.ShouldBe(ExitCode.Refused);
    }

    [Fact]
    public void Broken_glass_opens_a_closed_window_until_it_expires()
    {
        var answer = Judge(Question(Saturday, Saturday) with { Overrides = [Glass(Saturday - Duration.FromMinutes(15))] });
        answer.Allowed.ShouldBeTrue();
        answer.ByBreakGlass.ShouldBeTrue();
        answer.Sentence.ShouldStartWith("Glass broken by ops");
        answer.TimeLeft.ShouldBe(Duration.FromMinutes(45));
        answer.MustEndBy.ShouldBe(Saturday + Duration.FromMinutes(45));
    }

    [Fact]
    public void Broken_glass_that_outlasts_the_window_leaves_the_act_until_the_next_edge()
    {
        var justBefore = At("2027-06-21T03:30:00Z"); // Sunday 23:30: Monday is open when the glass expires
        var answer = Judge(Question(justBefore, justBefore) with { Overrides = [Glass(justBefore)] });
        answer.MustEndBy.ShouldBe(At("2027-06-26T04:00:00Z"));
    }

    [Fact]
    public void Broken_glass_ages_by_the_real_clock()
        => Judge(Question(Saturday, Wednesday) with { Overrides = [Glass(Saturday)] }).Code.ShouldBe(ExitCode.Refused);

    [Fact]
    public void A_pause_refuses_also_what_is_approved()
    {
        var pause = new GuardPause { Reason = "incident", Actor = "ann", From = Sunday - Duration.FromHours(1) };
        var answer = Judge(Question(Sunday, Sunday) with { Approval = Approved(), Pauses = [pause] });
        answer.Code.ShouldBe(ExitCode.Refused);
        answer.Hint!.ShouldStartWith("No opening is in sight");
    }

    [Fact]
    public async Task Without_a_store_the_calendar_alone_decides()
    {
        var gate = new GuardGate(WeddingProfile.Profile, [], null);
        var answer = await gate.JudgeAsync("ci-1", GuardScope.Ddl, Duration.FromMinutes(1), Sunday, Wednesday, simulatedClockAllowed: false, CancellationToken.None);
        answer.Code.ShouldBe(ExitCode.ApprovalPending);
        answer.Asked.Regions.ShouldBe(["us-east-1"]);
    }
}
