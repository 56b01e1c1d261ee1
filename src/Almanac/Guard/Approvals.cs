using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>
/// Reads approvals, pauses and broken glass out of ledger entries. The rules hold here, not only where entries are written: an entry that
/// breaks them (self-approval, too late, a longer life than configured) has no effect.
/// </summary>
public static class Approvals
{
    /// <summary>The kinds that this room writes and reads.</summary>
    public static IReadOnlyList<LedgerKind> Kinds { get; } =
        [LedgerKind.Requested, LedgerKind.Approved, LedgerKind.Denied, LedgerKind.Overridden, LedgerKind.Paused, LedgerKind.Resumed];

    /// <summary>The latest request under this id, at an instant; entries of other ids do not count.</summary>
    public static ApprovalState Of(IEnumerable<LedgerEntry> entries, string id, GuardConfig config, Instant now)
    {
        var proposers = new HashSet<string>();
        var state = new ApprovalState { Id = id, Status = ApprovalStatus.None };
        foreach (var entry in entries.Where(e => e.ChangeId == id).OrderBy(e => e.Sequence))
        {
            state = At(state, entry.At);
            switch (entry.Kind)
            {
                case LedgerKind.Proposed:
                    proposers.Add(entry.Actor);
                    state = state with { Interested = [.. state.Interested.Union([entry.Actor])] };
                    break;
                case LedgerKind.Requested when state.Status is not (ApprovalStatus.Pending or ApprovalStatus.Approved):
                    state = Requested(entry, entry.Read<RequestedPayload>(), config, proposers);
                    break;
                case LedgerKind.Approved when state.Status is ApprovalStatus.Pending or ApprovalStatus.Approved && !state.Interested.Contains(entry.Actor):
                    state = state with { Approvers = [.. state.Approvers.Union([entry.Actor])] };
                    state = state with { Status = state.Approvers.Count >= state.Required ? ApprovalStatus.Approved : ApprovalStatus.Pending };
                    break;
                case LedgerKind.Denied when state.Status is ApprovalStatus.Pending or ApprovalStatus.Approved:
                    state = state with { Status = ApprovalStatus.Denied, DeniedBy = entry.Actor, DenialReason = entry.Read<DeniedPayload>().Reason };
                    break;
            }
        }

        return At(state, now);
    }

    /// <summary>The latest request under every id, the newest first.</summary>
    public static IReadOnlyList<ApprovalState> All(IReadOnlyCollection<LedgerEntry> entries, GuardConfig config, Instant now)
        => [.. entries.Where(e => e.Kind == LedgerKind.Requested && e.ChangeId is not null).Select(e => e.ChangeId!).Distinct()
            .Select(id => Of(entries, id, config, now)).OrderByDescending(s => s.RequestedAt)];

    /// <summary>The freezes that nobody has ended.</summary>
    public static IReadOnlyList<GuardPause> Pauses(IEnumerable<LedgerEntry> entries)
    {
        var pauses = new List<GuardPause>();
        foreach (var entry in entries.OrderBy(e => e.Sequence))
        {
            if (entry.Kind == LedgerKind.Paused)
            {
                var payload = entry.Read<PausedPayload>();
                pauses.Add(new GuardPause
                {
                    Regions = payload.Regions,
                    Scopes = payload.Scopes,
                    Reason = payload.Reason,
                    Actor = entry.Actor,
                    From = entry.At,
                    Until = payload.Until,
                });
            }
            else if (entry.Kind == LedgerKind.Resumed)
            {
                var payload = entry.Read<ResumedPayload>();
                pauses.RemoveAll(p => p.EndsWith(payload.Regions, payload.Scopes));
            }
        }

        return pauses;
    }

    /// <summary>Every time the glass was broken by one of the roles that may; none lasts longer than configured.</summary>
    public static IReadOnlyList<GuardOverride> Overrides(IEnumerable<LedgerEntry> entries, IReadOnlyCollection<string> allowedActors, GuardConfig config)
        => [.. entries.Where(e => e.Kind == LedgerKind.Overridden && allowedActors.Contains(e.Actor)).OrderBy(e => e.Sequence).Select(entry =>
        {
            var payload = entry.Read<OverriddenPayload>();
            return new GuardOverride
            {
                ChangeId = entry.ChangeId,
                Scopes = payload.Scopes ?? [],
                Regions = payload.Regions ?? [],
                Reason = payload.Reason,
                Actor = entry.Actor,
                From = entry.At,
                Until = Instant.Min(payload.Until, entry.At + config.BreakGlassLasts),
            };
        })];

    private static ApprovalState At(ApprovalState state, Instant now)
        => state.Status is ApprovalStatus.Pending or ApprovalStatus.Approved && now >= state.ExpiresAt
            ? state with { Status = ApprovalStatus.Expired }
            : state;

    private static ApprovalState Requested(LedgerEntry entry, RequestedPayload payload, GuardConfig config, IEnumerable<string> proposers) => new()
    {
        Id = entry.ChangeId!,
        Status = ApprovalStatus.Pending,
        Scope = payload.Scope,
        Regions = payload.Regions ?? [],
        Reason = payload.Reason,
        Requester = entry.Actor,
        RequestedAt = entry.At,
        ExpiresAt = Instant.Min(payload.ExpiresAt, entry.At + config.RequestExpiry),
        Required = Math.Max(1, payload.RequiredApprovals),
        Interested = [.. proposers.Union([entry.Actor])],
    };
}
