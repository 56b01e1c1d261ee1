using Almanac.Model;
using NodaTime;

namespace Almanac.Change;

/// <summary>How fast an engine that runs by itself may change a database.</summary>
public sealed record PacePolicy
{
    /// <summary>Rest of a subject after a change on it: its effect has to show before the next; default 15 min.</summary>
    public Duration Cooldown { get; init; } = Duration.FromMinutes(15);

    /// <summary>Changes begun in any 24 hours, at most; default 20.</summary>
    public int PerDay { get; init; } = 20;

    /// <summary>How long a change that was rolled back is not tried again; default 30 days.</summary>
    public Duration RolledBackRest { get; init; } = Duration.FromDays(30);

    /// <summary>... unless its estimated share of saved time has grown by this factor; default 2.</summary>
    public double EstimateGrowth { get; init; } = 2;
}

/// <summary>A proposal that has to wait, why, and until when (null: until somebody acts).</summary>
public sealed record PaceWait(ProposedChange Change, string Reason, Instant? Until);

/// <summary>Which proposals may go now, best first, and which wait.</summary>
public sealed record PaceDecision(IReadOnlyList<ProposedChange> Now, IReadOnlyList<PaceWait> Waiting);

/// <summary>Decides which of several proposals may be applied at an instant: one at a time on each subject, rested, within the day's budget, none that just failed.</summary>
public static class ChangePacer
{
    private static readonly Duration Day = Duration.FromHours(24);

    /// <summary>The decision, from what the ledger tells about this database.</summary>
    /// <param name="proposals">What the advisors want, in any order.</param>
    /// <param name="history">Where each change stands.</param>
    /// <param name="begun">When changes were begun (the ledger's entries of kind Applying): one that was tried twice counts twice.</param>
    /// <param name="policy">The limits.</param>
    /// <param name="now">The instant to decide for.</param>
    public static PaceDecision Decide(
        IReadOnlyList<ProposedChange> proposals, IReadOnlyList<ChangeState> history, IReadOnlyList<Instant> begun, PacePolicy policy, Instant now)
    {
        var go = new List<ProposedChange>();
        var wait = new List<PaceWait>();
        var recent = begun.Where(at => at > now - Day).Order().ToList();
        foreach (var change in proposals.OrderByDescending(p => p.Estimate.SavedMs).ThenBy(p => p.Id, StringComparer.Ordinal).DistinctBy(p => p.Id))
        {
            if (RolledBack(change, history, policy, now) is { } rested)
            {
                wait.Add(rested);
            }
            else if (Busy(change, history, policy, now) is { } busy)
            {
                wait.Add(busy);
            }
            else if (go.Find(g => g.Operation.Subject == change.Operation.Subject) is { } first)
            {
                wait.Add(new PaceWait(change, $"{first.Operation.Title()} goes first on {change.Operation.Subject}", now + policy.Cooldown));
            }
            else if (recent.Count + go.Count >= policy.PerDay)
            {
                wait.Add(new PaceWait(change, $"{policy.PerDay} changes were begun within a day: that is the budget", recent.Count > 0 ? recent[0] + Day : now + Day));
            }
            else
            {
                go.Add(change);
            }
        }

        return new PaceDecision(go, wait);
    }

    private static PaceWait? RolledBack(ProposedChange change, IReadOnlyList<ChangeState> history, PacePolicy policy, Instant now)
    {
        if (history.FirstOrDefault(s => s.ChangeId == change.Id) is not { RolledBackAt: { } at } state || at + policy.RolledBackRest <= now)
        {
            return null;
        }

        // The estimate it was tried with, not the one it has been proposed with since.
        var tried = state.Applying?.Change.Estimate.SavedShare ?? 0;
        return change.Estimate.SavedShare > 0 && change.Estimate.SavedShare >= policy.EstimateGrowth * tried
            ? null
            : new PaceWait(change, $"it was rolled back: {state.Verification?.Reason ?? state.Explanation}", at + policy.RolledBackRest);
    }

    private static PaceWait? Busy(ProposedChange change, IReadOnlyList<ChangeState> history, PacePolicy policy, Instant now)
    {
        foreach (var state in history.Where(s => s.Applying?.Change.Operation.Subject == change.Operation.Subject))
        {
            switch (state.Status)
            {
                case ChangeStatus.RollbackFailed:
                    return new PaceWait(change, $"{state.ChangeId} on the same subject could not be undone: a human is needed", null);
                case ChangeStatus.Applying or ChangeStatus.Applied or ChangeStatus.RollingBack:
                    return new PaceWait(change, $"{state.ChangeId} is under way on {change.Operation.Subject}", null);
                default:
                    var ended = Latest(state);
                    if (ended + policy.Cooldown > now)
                    {
                        return new PaceWait(change, $"{change.Operation.Subject} rests after {state.ChangeId}", ended + policy.Cooldown);
                    }

                    break;
            }
        }

        return null;
    }

    // When the change last acted; entries about proposals and approvals do not count.
    private static Instant Latest(ChangeState state) => ((Instant?[])[state.ApplyingAt, state.AppliedAt, state.VerifiedAt, state.RolledBackAt]).Max() ?? Instant.MinValue;
}
