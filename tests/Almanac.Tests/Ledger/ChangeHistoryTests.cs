using Almanac.Ledger;
using Almanac.Model;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Ledger;

public sealed class ChangeHistoryTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 6, 18, 9, 0);

    private static readonly ProposedChange Change = new()
    {
        Id = "ci-1",
        Target = "7/db",
        Operation = new CreateIndexSpec { Schema = "public", Table = "guests", Name = "guests_wedding_id_abcdef", Keys = ["wedding_id"] },
        Reason = "Because.",
        Estimate = new ChangeEstimate { SavedShare = 0.5, SavedMs = 10, Bytes = 8192, WriteOverheadMs = 1, Duration = Duration.FromSeconds(2) },
    };

    private static readonly Receipt Receipt = new() { ChangeId = "ci-1", StartedAt = Start, EndedAt = Start + Duration.FromSeconds(3), Sql = ["CREATE INDEX"], Bytes = 16384 };

    [Fact]
    public void A_change_that_helped_goes_from_proposed_to_kept()
    {
        var history = new History()
            .Add(LedgerKind.Proposed, new ProposedPayload(Change)).Is(ChangeStatus.Proposed)
            .Add(LedgerKind.Judged, Judgement(GuardState.Open, allowed: true)).Is(ChangeStatus.Proposed)
            .Add(LedgerKind.Applying, new ApplyingPayload(Change, "build", 123)).Is(ChangeStatus.Applying)
            .Add(LedgerKind.Applied, new AppliedPayload(Receipt)).Is(ChangeStatus.Applied)
            .Add(LedgerKind.Verified, new VerifiedPayload(Verified(VerificationOutcome.Kept))).Is(ChangeStatus.Kept);
        var state = history.State;
        state.Change.ShouldNotBeNull().Operation.ShouldBeOfType<CreateIndexSpec>().Keys.ShouldBe(["wedding_id"]);
        state.Receipt.ShouldNotBeNull().Bytes.ShouldBe(16384);
        state.Verification.ShouldNotBeNull().Outcome.ShouldBe(VerificationOutcome.Kept);
        state.ProposedAt.ShouldBe(Start + Duration.FromMinutes(1));
        state.VerifiedAt.ShouldBe(Start + Duration.FromMinutes(5));
        state.LastActor.ShouldBe("ana");
        state.LastSequence.ShouldBe(5);
    }

    [Fact]
    public void A_closed_window_refuses_and_an_approval_window_waits()
    {
        new History().Add(LedgerKind.Proposed, new ProposedPayload(Change)).Add(LedgerKind.Judged, Judgement(GuardState.Closed, allowed: false)).Is(ChangeStatus.Refused);
        new History().Add(LedgerKind.Proposed, new ProposedPayload(Change)).Add(LedgerKind.Refused, Judgement(GuardState.Closed, allowed: false)).Is(ChangeStatus.Refused);
        new History().Add(LedgerKind.Proposed, new ProposedPayload(Change)).Add(LedgerKind.Judged, Judgement(GuardState.Approval, allowed: false)).Is(ChangeStatus.AwaitingApproval);
    }

    [Fact]
    public void An_open_asked_instant_does_not_help_against_a_closed_real_one()
        => new History()
            .Add(LedgerKind.Judged, new JudgedPayload(Verdict(GuardState.Open), Verdict(GuardState.Closed), false, "No."))
            .Is(ChangeStatus.Refused)
            .State.Explanation.ShouldBe("No.");

    [Fact]
    public void A_request_waits_and_a_denial_ends_it()
        => new History()
            .Add(LedgerKind.Requested, new RequestedPayload(GuardScope.Ddl, "please", [], Duration.Zero, Start, 2)).Is(ChangeStatus.AwaitingApproval)
            .Add(LedgerKind.Approved, new ApprovedPayload("fine")).Is(ChangeStatus.AwaitingApproval)
            .Add(LedgerKind.Denied, new DeniedPayload("not now")).Is(ChangeStatus.Refused)
            .State.Explanation.ShouldBe("not now");

    [Fact]
    public void Asking_to_undo_a_kept_change_leaves_it_kept_until_the_undoing_begins()
        => Applied()
            .Add(LedgerKind.Verified, new VerifiedPayload(Verified(VerificationOutcome.Kept))).Is(ChangeStatus.Kept)
            .Add(LedgerKind.Judged, Judgement(GuardState.Approval, allowed: false)).Is(ChangeStatus.Kept)
            .Add(LedgerKind.Requested, new RequestedPayload(GuardScope.Ddl, "undo it", [], Duration.Zero, Start, 1)).Is(ChangeStatus.Kept)
            .Add(LedgerKind.Denied, new DeniedPayload("not now")).Is(ChangeStatus.Kept)
            .Add(LedgerKind.Refused, Judgement(GuardState.Closed, allowed: false)).Is(ChangeStatus.Kept)
            .Add(LedgerKind.RollingBack, new RollingBackPayload("Not needed.", ["DROP INDEX"])).Is(ChangeStatus.RollingBack);

    [Fact]
    public void A_harmful_change_is_rolling_back_until_an_entry_says_that_it_was_undone()
    {
        var history = Applied()
            .Add(LedgerKind.Verified, new VerifiedPayload(Verified(VerificationOutcome.RolledBack))).Is(ChangeStatus.RollingBack)
            .Add(LedgerKind.RollingBack, new RollingBackPayload("It harmed.", ["DROP INDEX"])).Is(ChangeStatus.RollingBack)
            .Add(LedgerKind.RolledBack, new RolledBackPayload(Receipt, "It harmed.")).Is(ChangeStatus.RolledBack);
        history.State.TimesRolledBack.ShouldBe(1);
        history.State.Explanation.ShouldBe("It harmed.");
    }

    [Fact]
    public void A_verification_written_after_the_rollback_does_not_reopen_it()
        => Applied()
            .Add(LedgerKind.RollingBack, new RollingBackPayload("It harmed.", []))
            .Add(LedgerKind.RolledBack, new RolledBackPayload(Receipt, "It harmed."))
            .Add(LedgerKind.Verified, new VerifiedPayload(Verified(VerificationOutcome.RolledBack))).Is(ChangeStatus.RolledBack);

    [Fact]
    public void A_rollback_that_failed_stays_failed()
        => Applied()
            .Add(LedgerKind.RollingBack, new RollingBackPayload("It harmed.", []))
            .Add(LedgerKind.RollbackFailed, new RollbackFailedPayload("no rights", "DROP INDEX x")).Is(ChangeStatus.RollbackFailed)
            .Add(LedgerKind.Verified, new VerifiedPayload(Verified(VerificationOutcome.RolledBack))).Is(ChangeStatus.RollbackFailed);

    [Fact]
    public void What_could_not_be_undone_stays_known_however_often_it_is_proposed_refused_or_fails_again()
        => Applied()
            .Add(LedgerKind.RollbackFailed, new RollbackFailedPayload("no rights", "DROP INDEX x")).Is(ChangeStatus.RollbackFailed)
            .Add(LedgerKind.Proposed, new ProposedPayload(Change)).Is(ChangeStatus.RollbackFailed)
            .Add(LedgerKind.Requested, new RequestedPayload(GuardScope.Ddl, "please", [], Duration.Zero, Start, 2)).Is(ChangeStatus.RollbackFailed)
            .Add(LedgerKind.Refused, Judgement(GuardState.Closed, allowed: false)).Is(ChangeStatus.RollbackFailed)
            .Add(LedgerKind.ApplyFailed, new ApplyFailedPayload("no rights", "Nothing was done.")).Is(ChangeStatus.RollbackFailed)
            .Add(LedgerKind.RolledBack, new RolledBackPayload(Receipt, "By hand.")).Is(ChangeStatus.RolledBack);

    [Fact]
    public void A_failed_attempt_and_a_settled_leftover_are_told_apart()
    {
        Applying().Add(LedgerKind.ApplyFailed, new ApplyFailedPayload("lock timeout", "removed")).Is(ChangeStatus.Failed);
        Applying().Add(LedgerKind.Settled, new SettledPayload("An invalid index was left.", "It was dropped.", ["DROP INDEX"])).Is(ChangeStatus.Settled)
            .State.Explanation.ShouldBe("An invalid index was left. It was dropped.");
    }

    [Fact]
    public void Proposing_again_what_is_under_way_does_not_hide_that_it_is()
        => Applying().Add(LedgerKind.Proposed, new ProposedPayload(Change)).Is(ChangeStatus.Applying)
            .Add(LedgerKind.Judged, Judgement(GuardState.Closed, allowed: false)).Is(ChangeStatus.Applying);

    [Fact]
    public void A_second_attempt_forgets_the_first_ones_results_but_not_its_rollback()
    {
        var state = Applied()
            .Add(LedgerKind.RolledBack, new RolledBackPayload(Receipt, "It harmed."))
            .Add(LedgerKind.Proposed, new ProposedPayload(Change)).Is(ChangeStatus.Proposed)
            .Add(LedgerKind.Applying, new ApplyingPayload(Change, "build", 9)).State;
        state.Receipt.ShouldBeNull();
        state.RolledBackAt.ShouldBeNull();
        state.TimesRolledBack.ShouldBe(1);
    }

    [Fact]
    public void Changes_are_kept_apart_and_entries_without_a_change_are_ignored()
    {
        var history = new History()
            .Add(LedgerKind.Paused, new PausedPayload("lunch", [], []), changeId: null)
            .Add(LedgerKind.Proposed, new ProposedPayload(Change), changeId: "ci-1")
            .Add(LedgerKind.Proposed, new ProposedPayload(Change with { Id = "ci-2" }), changeId: "ci-2")
            .Add(LedgerKind.Applying, new ApplyingPayload(Change, "build", 1), changeId: "ci-1");
        var states = ChangeHistory.Fold(history.Entries.AsEnumerable().Reverse());
        states.Select(s => (s.ChangeId, s.Status)).ShouldBe([("ci-1", ChangeStatus.Applying), ("ci-2", ChangeStatus.Proposed)]);
    }

    [Fact]
    public void A_payload_that_is_not_what_its_kind_promises_is_reported_as_tampering()
    {
        var entry = new History().Add(LedgerKind.Proposed, new ProposedPayload(Change)).Entries[0] with { Payload = "[1]" };
        Should.Throw<AlmanacException>(() => ChangeHistory.Fold([entry])).ExitCode.ShouldBe(ExitCode.LedgerTampered);
    }

    private static History Applying() => new History().Add(LedgerKind.Applying, new ApplyingPayload(Change, "build", 123));

    private static History Applied() => Applying().Add(LedgerKind.Applied, new AppliedPayload(Receipt));

    private static JudgedPayload Judgement(GuardState state, bool allowed) => new(Verdict(state), null, allowed, "A sentence.");

    private static Verdict Verdict(GuardState state) => new() { State = state, At = Start, Scope = GuardScope.Ddl, Regions = ["us-east-1"], Reasons = [] };

    private static Verification Verified(VerificationOutcome outcome) => new()
    {
        ChangeId = "ci-1",
        Outcome = outcome,
        Reason = "Measured.",
        BaselineWindow = Duration.FromMinutes(1),
        AfterWindow = Duration.FromMinutes(1),
    };

    private sealed class History
    {
        public List<LedgerEntry> Entries { get; } = [];

        public ChangeState State => ChangeHistory.Fold(Entries).Single();

        public History Add(LedgerKind kind, object payload, string? changeId = "ci-1")
        {
            var head = Entries.Count == 0 ? null : new LedgerHead(Entries.Count, Entries[^1].Hash);
            Entries.Add(LedgerChain.Next(head, Start + Duration.FromMinutes(Entries.Count + 1), kind, "7/db", changeId, "ana", LedgerPayloads.Write(payload)));
            return this;
        }

        public History Is(ChangeStatus status)
        {
            State.Status.ShouldBe(status);
            return this;
        }
    }
}
