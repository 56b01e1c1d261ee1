using Almanac.Model;

namespace Almanac.Ledger;

/// <summary>Reads off the ledger where each change stands; pure.</summary>
public static class ChangeHistory
{
    /// <summary>One state for each change id that occurs, in order of first appearance; entries in order of sequence.</summary>
    public static IReadOnlyList<ChangeState> Fold(IEnumerable<LedgerEntry> entries)
    {
        var order = new List<string>();
        var states = new Dictionary<string, ChangeState>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(e => e.ChangeId is not null).OrderBy(e => e.Sequence))
        {
            if (!states.TryGetValue(entry.ChangeId!, out var state))
            {
                order.Add(entry.ChangeId!);
                state = First(entry);
            }

            states[entry.ChangeId!] = Next(state, entry) with
            {
                Target = entry.Target ?? state.Target,
                LastAt = entry.At,
                LastActor = entry.Actor,
                LastSequence = entry.Sequence,
            };
        }

        return [.. order.Select(id => states[id])];
    }

    private static ChangeState First(LedgerEntry entry) => new()
    {
        ChangeId = entry.ChangeId!,
        Target = entry.Target,
        Status = ChangeStatus.Proposed,
        LastAt = entry.At,
        LastActor = entry.Actor,
        LastSequence = entry.Sequence,
    };

    private static ChangeState Next(ChangeState state, LedgerEntry entry)
    {
        switch (entry.Kind)
        {
            case LedgerKind.Proposed:
                // What is under way stays under way, however often it is proposed meanwhile.
                return state with
                {
                    Change = entry.Read<ProposedPayload>().Change,
                    ProposedAt = entry.At,
                    Status = UnderWay(state) ? state.Status : ChangeStatus.Proposed,
                };
            case LedgerKind.Judged or LedgerKind.Refused:
                return Judged(state, entry);
            case LedgerKind.Requested:
                return state with { Status = InPlace(state) ? state.Status : ChangeStatus.AwaitingApproval };
            case LedgerKind.Denied:
                return InPlace(state) ? state : state with { Status = ChangeStatus.Refused, Explanation = entry.Read<DeniedPayload>().Reason };
            case LedgerKind.Applying:
                var applying = entry.Read<ApplyingPayload>();
                var furtherStep = state.Status is ChangeStatus.Applying;
                return state with
                {
                    Status = ChangeStatus.Applying,
                    Change = applying.Change,
                    Applying = applying,
                    ApplyingAt = furtherStep ? state.ApplyingAt : entry.At,
                    AppliedAt = null,
                    VerifiedAt = null,
                    RolledBackAt = null,
                    Receipt = null,
                    Verification = null,
                    RollbackReceipt = null,
                    Explanation = null,
                };
            case LedgerKind.Applied:
                return state with { Status = ChangeStatus.Applied, AppliedAt = entry.At, Receipt = entry.Read<AppliedPayload>().Receipt };
            case LedgerKind.ApplyFailed:
                // A new attempt that never began does not tidy up what an earlier one left.
                return state.Status is ChangeStatus.RollbackFailed ? state : state with { Status = ChangeStatus.Failed, Explanation = entry.Read<ApplyFailedPayload>().Error };
            case LedgerKind.Verified:
                return Verified(state, entry);
            case LedgerKind.RollingBack:
                return state with { Status = ChangeStatus.RollingBack, Explanation = entry.Read<RollingBackPayload>().Reason };
            case LedgerKind.RolledBack:
                var undone = entry.Read<RolledBackPayload>();
                return state with
                {
                    Status = ChangeStatus.RolledBack,
                    RolledBackAt = entry.At,
                    RollbackReceipt = undone.Receipt,
                    Explanation = undone.Reason,
                    TimesRolledBack = state.TimesRolledBack + 1,
                };
            case LedgerKind.RollbackFailed:
                return state with { Status = ChangeStatus.RollbackFailed, Explanation = entry.Read<RollbackFailedPayload>().Error };
            case LedgerKind.Settled:
                var settled = entry.Read<SettledPayload>();
                return state with { Status = ChangeStatus.Settled, Explanation = $"{settled.Found} {settled.Done}" };
            default:
                return state;
        }
    }

    private static ChangeState Judged(ChangeState state, LedgerEntry entry)
    {
        var judgement = entry.Read<JudgedPayload>();
        if (judgement.Allowed || InPlace(state))
        {
            return state with { Judgement = judgement };
        }

        // Refused for good only when a window is closed; a window that asks for approval waits for it.
        var waits = entry.Kind is LedgerKind.Judged
            && judgement.Asked.State is not GuardState.Closed
            && judgement.Real?.State is not GuardState.Closed;
        return state with
        {
            Judgement = judgement,
            Status = waits ? ChangeStatus.AwaitingApproval : ChangeStatus.Refused,
            Explanation = judgement.Sentence,
        };
    }

    private static ChangeState Verified(ChangeState state, LedgerEntry entry)
    {
        var verification = entry.Read<VerifiedPayload>().Verification;
        var status = verification.Outcome switch
        {
            VerificationOutcome.Kept => ChangeStatus.Kept,
            VerificationOutcome.Unproven => ChangeStatus.Unproven,
            VerificationOutcome.RollbackFailed => ChangeStatus.RollbackFailed,

            // Decided is not done: only a RolledBack entry says that it was undone.
            _ => state.Status is ChangeStatus.RolledBack or ChangeStatus.RollbackFailed ? state.Status : ChangeStatus.RollingBack,
        };
        return state with { Status = status, VerifiedAt = entry.At, Verification = verification, Explanation = verification.Reason };
    }

    // What is asked or refused about a change that is in place concerns its undoing: it stays what it is until that begins.
    private static bool InPlace(ChangeState state) => UnderWay(state) || state.Status is ChangeStatus.Kept or ChangeStatus.Unproven;

    private static bool UnderWay(ChangeState state) => state.Status is ChangeStatus.Applying or ChangeStatus.Applied or ChangeStatus.RollingBack or ChangeStatus.RollbackFailed;
}
