using System.Security.Cryptography;
using System.Text;
using Almanac.Calendars;
using Almanac.Ledger;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>What somebody asks approval for.</summary>
public sealed record GuardRequest
{
    /// <summary>A change of Almanac's; null for an act of the user's own, which then gets an id.</summary>
    public string? ChangeId { get; init; }

    /// <summary>The database, as <c>system-identifier/database</c>, where it is known.</summary>
    public string? Target { get; init; }
    public required GuardScope Scope { get; init; }
    public required string Reason { get; init; }
    public IReadOnlyList<string> Regions { get; init; } = [];
    public Duration Duration { get; init; }
    public Instant? PlannedFor { get; init; }

    /// <summary>Distinct approvers needed, at least 1.</summary>
    public int RequiredApprovals { get; init; } = 1;
}

/// <summary>Gives and reads approvals, pauses and broken glass: each is an entry of the ledger, its actor the authenticated role.</summary>
public sealed class GuardStore(LedgerStore ledger, GuardConfig? config = null)
{
    private const string MembersSql = """
        select a.rolname::text
        from pg_roles a
        where a.rolname = any (@actors)
          and exists (select from pg_roles r where r.rolname = any (@roles) and pg_has_role(a.oid, r.oid, 'member'))
        """;

    private readonly GuardConfig config = config ?? new GuardConfig();

    /// <summary>Asks for approval; a request that is still open stays as it is.</summary>
    /// <exception cref="AlmanacException">Usage without a reason.</exception>
    public async Task<ApprovalState> RequestAsync(GuardRequest request, Instant at, CancellationToken cancellation)
    {
        var reason = Reason(request.Reason, "A request");
        var id = request.ChangeId ?? NewId(request, reason, at);
        var payload = new RequestedPayload(
            request.Scope, reason, request.Regions, request.Duration, at + config.RequestExpiry, Math.Max(1, request.RequiredApprovals), request.PlannedFor);
        var current = await ApprovalsAsync(id, at, cancellation);
        if (current.Status is not (ApprovalStatus.Pending or ApprovalStatus.Approved))
        {
            await ledger.AppendAsync(LedgerKind.Requested, request.Target, id, payload, at, cancellation);
        }

        return await ApprovalsAsync(id, at, cancellation);
    }

    /// <summary>Approves an open request as the authenticated role.</summary>
    /// <exception cref="AlmanacException">Usage for an unknown id; Refused for one's own request or change, or one that is closed.</exception>
    public async Task<ApprovalState> ApproveAsync(string id, string? reason, Instant at, CancellationToken cancellation)
    {
        var current = await OpenRequestAsync(id, at, cancellation);
        if (current.Interested.Contains(ledger.Actor))
        {
            throw new AlmanacException(
                ExitCode.Refused,
                $"{ledger.Actor} requested or proposed {id} and cannot approve it.",
                "Another database role has to: connect the store as that role.");
        }

        if (!current.Approvers.Contains(ledger.Actor))
        {
            await ledger.AppendAsync(LedgerKind.Approved, null, id, new ApprovedPayload(reason?.Trim() ?? string.Empty), at, cancellation);
        }

        return await ApprovalsAsync(id, at, cancellation);
    }

    /// <summary>Denies an open or approved request; a new one has to be made.</summary>
    /// <exception cref="AlmanacException">Usage for an unknown id or without a reason; Refused for one that is closed.</exception>
    public async Task<ApprovalState> DenyAsync(string id, string reason, Instant at, CancellationToken cancellation)
    {
        var why = Reason(reason, "A denial");
        await OpenRequestAsync(id, at, cancellation);
        await ledger.AppendAsync(LedgerKind.Denied, null, id, new DeniedPayload(why), at, cancellation);
        return await ApprovalsAsync(id, at, cancellation);
    }

    /// <summary>Breaks the glass for one change, or for scopes and regions, for as long as configured or shorter.</summary>
    /// <exception cref="AlmanacException">Usage without a reason; Refused for a role that may not.</exception>
    public async Task<GuardOverride> OverrideAsync(
        string? changeId, IReadOnlyList<GuardScope> scopes, IReadOnlyList<string> regions, string reason, Duration? length, Instant at, CancellationToken cancellation)
    {
        var why = Reason(reason, "Breaking the glass");
        if ((await MembersAsync([ledger.Actor], cancellation)).Count == 0)
        {
            throw new AlmanacException(
                ExitCode.Refused,
                $"{ledger.Actor} may not break the glass: it is no member of {string.Join(" or ", config.BreakGlassRoles)}.",
                "An administrator creates that role and grants it, or names others by guard.breakGlassRoles.");
        }

        if (length is { } asked && (asked <= Duration.Zero || asked > config.BreakGlassLasts))
        {
            throw new AlmanacException(ExitCode.Usage, $"Broken glass lasts at most {LocalTimes.Text(config.BreakGlassLasts)}.", "guard.breakGlassMinutes sets the limit.");
        }

        var payload = new OverriddenPayload(why, at + (length ?? config.BreakGlassLasts), scopes, regions);
        var entry = await ledger.AppendAsync(LedgerKind.Overridden, null, changeId, payload, at, cancellation);
        return Approvals.Overrides([entry], [ledger.Actor], config)[0];
    }

    /// <summary>Freezes everything, or some regions and scopes, until resumed or until an instant.</summary>
    /// <exception cref="AlmanacException">Usage without a reason, or with an end that is not ahead.</exception>
    public async Task<GuardPause> PauseAsync(
        IReadOnlyList<string> regions, IReadOnlyList<GuardScope> scopes, string reason, Instant? until, Instant at, CancellationToken cancellation)
    {
        if (until <= at)
        {
            throw new AlmanacException(ExitCode.Usage, "A pause must end after it begins.");
        }

        var payload = new PausedPayload(Reason(reason, "A pause"), scopes, regions, until);
        return Approvals.Pauses([await ledger.AppendAsync(LedgerKind.Paused, null, null, payload, at, cancellation)])[0];
    }

    /// <summary>Ends the pauses of these regions and scopes (empty: all); answers those that remain.</summary>
    /// <exception cref="AlmanacException">Usage without a reason, or when no pause would end.</exception>
    public async Task<IReadOnlyList<GuardPause>> ResumeAsync(
        IReadOnlyList<string> regions, IReadOnlyList<GuardScope> scopes, string reason, Instant at, CancellationToken cancellation)
    {
        var why = Reason(reason, "Resuming");
        var pauses = await PausesAsync(cancellation);
        if (!pauses.Any(p => p.EndsWith(regions, scopes)))
        {
            throw new AlmanacException(
                ExitCode.Usage,
                pauses.Count == 0 ? "Nothing is paused." : "No pause is for just these regions and scopes.",
                pauses.Count == 0 ? null : "Resume without --region and --scope to end every pause.");
        }

        await ledger.AppendAsync(LedgerKind.Resumed, null, null, new ResumedPayload(why, scopes, regions), at, cancellation);
        return await PausesAsync(cancellation);
    }

    /// <summary>Where the request of a change (or of an act's own id) stands.</summary>
    public async Task<ApprovalState> ApprovalsAsync(string id, Instant now, CancellationToken cancellation)
        => Approvals.Of(await ledger.ReadAsync(new LedgerFilter { ChangeId = id, Kinds = [LedgerKind.Proposed, .. Approvals.Kinds] }, cancellation), id, config, now);

    /// <summary>Every request, the newest first.</summary>
    public async Task<IReadOnlyList<ApprovalState>> RequestsAsync(Instant now, CancellationToken cancellation)
        => Approvals.All(await ledger.ReadAsync(new LedgerFilter { Kinds = [LedgerKind.Proposed, .. Approvals.Kinds] }, cancellation), config, now);

    /// <summary>The freezes that nobody has ended.</summary>
    public async Task<IReadOnlyList<GuardPause>> PausesAsync(CancellationToken cancellation)
        => Approvals.Pauses(await ledger.ReadAsync(new LedgerFilter { Kinds = [LedgerKind.Paused, LedgerKind.Resumed] }, cancellation));

    /// <summary>Every time the glass was broken by a role that may.</summary>
    public async Task<IReadOnlyList<GuardOverride>> OverridesAsync(CancellationToken cancellation)
    {
        var entries = await ledger.ReadAsync(new LedgerFilter { Kinds = [LedgerKind.Overridden] }, cancellation);
        return entries.Count == 0 ? [] : Approvals.Overrides(entries, await MembersAsync([.. entries.Select(e => e.Actor).Distinct()], cancellation), config);
    }

    /// <summary>Requests, answers, broken glass, pauses, refusals: the newest <paramref name="newest"/> entries, oldest first.</summary>
    public Task<IReadOnlyList<LedgerEntry>> HistoryAsync(string? id, int newest, CancellationToken cancellation)
        => ledger.ReadAsync(new LedgerFilter { ChangeId = id, Kinds = [.. Approvals.Kinds, LedgerKind.Refused], Newest = newest }, cancellation);

    private async Task<IReadOnlyList<string>> MembersAsync(string[] actors, CancellationToken cancellation)
        => await ledger.Database.QueryAsync<string>(MembersSql, new { actors, roles = config.BreakGlassRoles.ToArray() }, cancellation);

    private async Task<ApprovalState> OpenRequestAsync(string id, Instant at, CancellationToken cancellation)
    {
        var current = await ApprovalsAsync(id, at, cancellation);
        return current.Status switch
        {
            ApprovalStatus.Pending or ApprovalStatus.Approved => current,
            ApprovalStatus.None => throw new AlmanacException(ExitCode.Usage, $"Nobody has requested approval of {id}.", $"almanac guard request {id} --reason '...'"),
            ApprovalStatus.Expired => throw new AlmanacException(ExitCode.Refused, $"The request for {id} expired at {current.ExpiresAt}.", $"almanac guard request {id} --reason '...'"),
            _ => throw new AlmanacException(ExitCode.Refused, $"The request for {id} was denied by {current.DeniedBy}: {current.DenialReason}", "Make a new request."),
        };
    }

    private static string Reason(string? text, string what)
        => string.IsNullOrWhiteSpace(text) ? throw new AlmanacException(ExitCode.Usage, $"{what} needs a reason.", "Say it with --reason '...'; it is kept in the ledger.") : text.Trim();

    // The actor and instant make it unique; the same digits are never given out for two requests.
    private string NewId(GuardRequest request, string reason, Instant at)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ledger.Actor}\n{request.Scope}\n{string.Join(',', request.Regions)}\n{reason}\n{at.ToUnixTimeTicks()}"));
        return $"rq-{Convert.ToHexStringLower(hash)[..10]}";
    }
}
