using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>Where a request for approval stands.</summary>
public enum ApprovalStatus
{
    /// <summary>Nobody asked.</summary>
    None,
    Pending,
    Approved,
    Denied,
    Expired,
}

/// <summary>One request, as the ledger tells it at an instant.</summary>
public sealed record ApprovalState
{
    /// <summary>The change id, or the request's own for an act that is no change of Almanac's (a deployment).</summary>
    public required string Id { get; init; }
    public required ApprovalStatus Status { get; init; }
    public GuardScope? Scope { get; init; }

    /// <summary>The regions asked for; empty for all.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];
    public string? Reason { get; init; }
    public string? Requester { get; init; }
    public Instant? RequestedAt { get; init; }

    /// <summary>When the request and its approvals stop counting.</summary>
    public Instant? ExpiresAt { get; init; }

    /// <summary>Distinct approvers asked for.</summary>
    public int Required { get; init; }

    /// <summary>Distinct roles that approved and may: neither the requester nor a proposer.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    /// <summary>Roles that may not approve: the requester and whoever proposed the change.</summary>
    public IReadOnlyList<string> Interested { get; init; } = [];
    public string? DeniedBy { get; init; }
    public string? DenialReason { get; init; }

    /// <summary>True when at least so many approved, in time, just this kind of act in all of these regions.</summary>
    public bool Allows(int required, GuardScope scope, IEnumerable<string> regions)
        => Status == ApprovalStatus.Approved && Approvers.Count >= required && Scope == scope && (Regions.Count == 0 || regions.All(Regions.Contains));
}
