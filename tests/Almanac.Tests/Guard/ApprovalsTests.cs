using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Guard;

public sealed class ApprovalsTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 6, 20, 12, 0);
    private readonly List<LedgerEntry> entries = [];
    private readonly GuardConfig config = new();

    private static Instant Hour(double hours) => Start + Duration.FromHours(hours);

    private void Add(LedgerKind kind, string actor, object payload, double hour, string? id = "ci-1")
    {
        var head = entries.Count == 0 ? null : new LedgerHead(entries[^1].Sequence, entries[^1].Hash);
        entries.Add(LedgerChain.Next(head, Hour(hour), kind, null, id, actor, LedgerPayloads.Write(payload)));
    }

    private void Request(string actor = "ann", int required = 1, double hour = 0, double expires = 24, string id = "ci-1")
        => Add(LedgerKind.Requested, actor, new RequestedPayload(GuardScope.Ddl, "index", ["us-east-1"], Duration.Zero, Hour(hour + expires), required), hour, id);

    private void Propose(string actor) => Add(LedgerKind.Proposed, actor, new ApprovedPayload("only the actor counts"), 0);

    private void Approve(string actor, double hour = 1) => Add(LedgerKind.Approved, actor, new ApprovedPayload(string.Empty), hour);

    private ApprovalState State(double hour = 2) => Approvals.Of(entries, "ci-1", config, Hour(hour));

    [Fact]
    public void Nobody_asked() => State().Status.ShouldBe(ApprovalStatus.None);

    [Fact]
    public void Another_role_approves()
    {
        Request();
        State().Status.ShouldBe(ApprovalStatus.Pending);
        Approve("bob");
        State().Status.ShouldBe(ApprovalStatus.Approved);
        State().Approvers.ShouldBe(["bob"]);
    }

    [Fact]
    public void The_requester_and_the_proposer_cannot_approve()
    {
        Propose("pat");
        Request("ann");
        Approve("ann");
        Approve("pat");
        State().Status.ShouldBe(ApprovalStatus.Pending);
        State().Interested.ShouldBe(["pat", "ann"], ignoreOrder: true);
    }

    [Fact]
    public void Two_of_two_are_two_different_roles()
    {
        Request(required: 2);
        Approve("bob");
        Approve("bob");
        State().Status.ShouldBe(ApprovalStatus.Pending);
        Approve("cid");
        State().Status.ShouldBe(ApprovalStatus.Approved);
        State().Allows(2, GuardScope.Ddl, []).ShouldBeTrue();
        State().Allows(3, GuardScope.Ddl, []).ShouldBeFalse();
    }

    [Fact]
    public void A_request_that_claims_to_need_nobody_still_needs_one()
    {
        Request(required: 0);
        State().Status.ShouldBe(ApprovalStatus.Pending);
    }

    [Fact]
    public void Approvals_expire_with_the_request()
    {
        Request(expires: 24);
        Approve("bob");
        State(23.9).Allows(1, GuardScope.Ddl, []).ShouldBeTrue();
        State(24).Status.ShouldBe(ApprovalStatus.Expired);
        State(24).Allows(1, GuardScope.Ddl, []).ShouldBeFalse();
    }

    [Fact]
    public void No_request_lives_longer_than_configured()
    {
        Request(expires: 1000);
        State().ExpiresAt.ShouldBe(Hour(24));
    }

    [Fact]
    public void An_approval_that_comes_too_late_has_no_effect()
    {
        Request(expires: 1);
        Approve("bob", hour: 1);
        State(0.5).Approvers.ShouldBeEmpty();
        State(1).Status.ShouldBe(ApprovalStatus.Expired);
    }

    [Fact]
    public void An_approval_before_the_request_has_no_effect()
    {
        Approve("bob", hour: 0);
        Request(hour: 1);
        State().Status.ShouldBe(ApprovalStatus.Pending);
    }

    [Fact]
    public void A_denial_ends_the_request_and_a_new_one_starts_from_nothing()
    {
        Request();
        Approve("bob");
        Add(LedgerKind.Denied, "cid", new DeniedPayload("not today"), 1.5);
        State().Status.ShouldBe(ApprovalStatus.Denied);
        State().DeniedBy.ShouldBe("cid");
        State().DenialReason.ShouldBe("not today");
        Request(hour: 1.8);
        State().Status.ShouldBe(ApprovalStatus.Pending);
        State().Approvers.ShouldBeEmpty();
    }

    [Fact]
    public void Asking_again_does_not_prolong_an_open_request()
    {
        Request();
        Request("eve", hour: 1);
        State().Requester.ShouldBe("ann");
        State().ExpiresAt.ShouldBe(Hour(24));
    }

    [Fact]
    public void Requests_for_other_ids_do_not_mix()
    {
        Request();
        Request(id: "rq-2", hour: 1);
        Approve("bob");
        Approvals.Of(entries, "rq-2", config, Hour(2)).Status.ShouldBe(ApprovalStatus.Pending);
        Approvals.All(entries, config, Hour(2)).Select(s => s.Id).ShouldBe(["rq-2", "ci-1"]);
    }

    [Fact]
    public void A_resume_ends_the_pauses_that_it_names()
    {
        Add(LedgerKind.Paused, "ann", new PausedPayload("fleet", [], []), 0, null);
        Add(LedgerKind.Paused, "ann", new PausedPayload("berlin", [], ["eu-central-1"]), 1, null);
        Approvals.Pauses(entries).Select(p => p.Reason).ShouldBe(["fleet", "berlin"]);

        Add(LedgerKind.Resumed, "ann", new ResumedPayload("ok", [], ["eu-central-1", "us-east-1"]), 2, null);
        Approvals.Pauses(entries).Select(p => p.Reason).ShouldBe(["fleet"]);

        Add(LedgerKind.Resumed, "ann", new ResumedPayload("ok", [], []), 3, null);
        Approvals.Pauses(entries).ShouldBeEmpty();
    }

    [Fact]
    public void Glass_broken_by_a_role_that_may_not_does_not_count_and_none_lasts_longer_than_configured()
    {
        Add(LedgerKind.Overridden, "eve", new OverriddenPayload("mine", Hour(1)), 0, null);
        Add(LedgerKind.Overridden, "ops", new OverriddenPayload("outage", Hour(100)), 0, null);
        var glass = Approvals.Overrides(entries, ["ops"], config).ShouldHaveSingleItem();
        glass.Actor.ShouldBe("ops");
        glass.Until.ShouldBe(Hour(1));
    }

    [Fact]
    public void Glass_covers_only_what_it_was_broken_for()
    {
        var glass = new GuardOverride { Scopes = [GuardScope.Ddl], Regions = ["eu-central-1"], Reason = "r", Actor = "ops", From = Hour(0), Until = Hour(1) };
        glass.Covers("x", GuardScope.Ddl, ["eu-central-1"], Hour(0.5)).ShouldBeTrue();
        glass.Covers("x", GuardScope.Deploy, ["eu-central-1"], Hour(0.5)).ShouldBeFalse();
        glass.Covers("x", GuardScope.Ddl, ["eu-central-1", "us-east-1"], Hour(0.5)).ShouldBeFalse();
        glass.Covers("x", GuardScope.Ddl, ["eu-central-1"], Hour(1)).ShouldBeFalse();
        (glass with { ChangeId = "ci-1" }).Covers("ci-2", GuardScope.Ddl, ["eu-central-1"], Hour(0.5)).ShouldBeFalse();
        (glass with { ChangeId = "ci-1" }).Covers("ci-1", GuardScope.Ddl, ["eu-central-1"], Hour(0.5)).ShouldBeTrue();
    }
}
