using Almanac.Calendars;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>
/// Decides whether an act may begin: the asked instant and the real one must both allow it. A closed window opens only to broken
/// glass; one that asks for approval also to enough distinct approvers.
/// </summary>
public sealed class GuardGate(CalendarProfile profile, IReadOnlyList<string> regions, GuardStore? store)
{
    private readonly IReadOnlyList<string> regions = regions.Count == 0 ? [profile.PrimaryRegion] : regions;

    /// <summary>The answer for a proposed change.</summary>
    /// <param name="change">What is to be done, with its predicted duration.</param>
    /// <param name="asked">The instant that the user asks about.</param>
    /// <param name="real">Now; approvals and broken glass age by this clock in any case.</param>
    /// <param name="simulatedClockAllowed">True only for the demo's own cluster, where the asked instant alone counts.</param>
    /// <param name="cancellation">Stops reading the store.</param>
    public Task<GateAnswer> JudgeAsync(ProposedChange change, Instant asked, Instant real, bool simulatedClockAllowed, CancellationToken cancellation)
        => JudgeAsync(change.Id, change.Operation.Scope, change.Estimate.Duration, asked, real, simulatedClockAllowed, cancellation);

    /// <summary>The answer for any act; its id is a change's or a request's, null for one that nobody can have approved.</summary>
    public async Task<GateAnswer> JudgeAsync(
        string? id, GuardScope scope, Duration duration, Instant asked, Instant real, bool simulatedClockAllowed, CancellationToken cancellation)
    {
        return GateRules.Judge(profile, new GateQuestion
        {
            Id = id,
            Scope = scope,
            Regions = regions,
            Duration = duration,
            Asked = asked,
            Real = simulatedClockAllowed ? null : real,
            LedgerNow = real,
            Pauses = store is null ? [] : await store.PausesAsync(cancellation),
            Overrides = store is null ? [] : await store.OverridesAsync(cancellation),
            Approval = store is null || id is null ? null : await store.ApprovalsAsync(id, real, cancellation),
        });
    }
}
