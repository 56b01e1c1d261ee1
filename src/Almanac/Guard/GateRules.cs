using Almanac.Calendars;
using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>Everything that the decision on one act rests on.</summary>
public sealed record GateQuestion
{
    /// <summary>A change's or a request's id.</summary>
    public string? Id { get; init; }
    public required GuardScope Scope { get; init; }
    public required IReadOnlyList<string> Regions { get; init; }
    public required Duration Duration { get; init; }
    public required Instant Asked { get; init; }

    /// <summary>Null where only the asked instant counts.</summary>
    public Instant? Real { get; init; }
    public IReadOnlyList<GuardPause> Pauses { get; init; } = [];
    public IReadOnlyList<GuardOverride> Overrides { get; init; } = [];
    public ApprovalState? Approval { get; init; }

    /// <summary>
    /// Now by the clock that the ledger's entries were written with: real also where acts live on a simulated one. Null takes
    /// <see cref="Real"/>, or else the asked instant.
    /// </summary>
    public Instant? LedgerNow { get; init; }

    /// <summary>The clock by which approvals and broken glass age.</summary>
    public Instant Now => LedgerNow ?? Real ?? Asked;
}

/// <summary>The pure half of the gate.</summary>
public static class GateRules
{
    /// <summary>The answer: allowed or not, why, and by when the act must be over.</summary>
    public static GateAnswer Judge(CalendarProfile profile, GateQuestion question)
    {
        var asked = GuardRules.Check(profile, On(question, question.Asked));
        var real = question.Real is { } instant ? GuardRules.Check(profile, On(question, instant)) : null;
        var worst = real is not null && real.State > asked.State ? real : asked;
        var glass = worst.State == GuardState.Open ? null
            : question.Overrides.Where(o => o.Covers(question.Id, question.Scope, question.Regions, question.Now)).MaxBy(o => o.Until);
        var approved = worst.State == GuardState.Approval && question.Approval?.Allows(worst.RequiredApprovals, question.Scope, question.Regions) == true;
        var allowed = worst.State == GuardState.Open || approved || glass is not null;
        var answer = new GateAnswer
        {
            Asked = asked,
            Real = real,
            Allowed = allowed,
            Code = allowed ? ExitCode.Done : worst.State == GuardState.Closed ? ExitCode.Refused : ExitCode.ApprovalPending,
            Sentence = Sentence(question, worst, approved, glass),
            Hint = allowed ? null : Hint(profile, question, worst),
            ByApproval = approved,
            ByBreakGlass = glass is not null && !approved,
        };
        return allowed ? WithEdge(answer, TimeLeft(profile, question, approved ? GuardState.Approval : GuardState.Open, answer.ByBreakGlass ? glass : null), question) : answer;
    }

    private static GuardQuestion On(GateQuestion question, Instant at) => new()
    {
        At = at,
        Scope = question.Scope,
        Regions = question.Regions,
        Duration = question.Duration,
        Pauses = question.Pauses,
    };

    private static GateAnswer WithEdge(GateAnswer answer, Duration? left, GateQuestion question)
        => left is { } time ? answer with { TimeLeft = time, MustEndBy = question.Now + time } : answer;

    // The nearest edge over the clocks that count. Broken glass suspends the calendar until it expires.
    private static Duration? TimeLeft(CalendarProfile profile, GateQuestion question, GuardState allowed, GuardOverride? glass)
    {
        var suspended = glass is null ? Duration.Zero : glass.Until - question.Now;
        Duration? nearest = null;
        foreach (var clock in question.Real is { } real ? [question.Asked, real] : new[] { question.Asked })
        {
            if (GuardRules.ClosesAt(profile, On(question, clock + suspended), allowed) is { } edge && (nearest is null || edge - clock < nearest))
            {
                nearest = edge - clock;
            }
        }

        return nearest;
    }

    private static string Sentence(GateQuestion question, Verdict worst, bool approved, GuardOverride? glass)
    {
        var clock = question.Real is not null && worst.At == question.Real && worst.At != question.Asked ? "in fact, now, " : string.Empty;
        var why = string.Join("; ", worst.Reasons.Where(r => r.State == worst.State).Select(r => $"{r.Text} [{r.Region}]").Distinct());
        return worst.State switch
        {
            GuardState.Open => $"Open: {why}.",
            _ when approved => $"Approved by {string.Join(", ", question.Approval!.Approvers)}: {why}.",
            _ when glass is not null => $"Glass broken by {glass.Actor} until {glass.Until} ({glass.Reason}): {why}.",
            GuardState.Closed => $"Closed: {clock}{why}.",
            _ => $"Needs {Approvers(worst.RequiredApprovals)}{Progress(question.Approval)}: {clock}{why}.",
        };
    }

    private static string Approvers(int count) => count == 1 ? "an approval" : $"{count} approvals";

    private static string Progress(ApprovalState? approval) => approval?.Status switch
    {
        ApprovalStatus.Pending or ApprovalStatus.Approved => $" (requested by {approval.Requester}, {approval.Approvers.Count} given, expires {approval.ExpiresAt})",
        ApprovalStatus.Denied => $" (denied by {approval.DeniedBy}: {approval.DenialReason})",
        ApprovalStatus.Expired => $" (the last request expired {approval.ExpiresAt})",
        _ => string.Empty,
    };

    private static string Hint(CalendarProfile profile, GateQuestion question, Verdict worst)
    {
        var zone = profile.Region(worst.Regions[0]).Zone;
        var opening = worst.NextOpening is { } next ? $"It next fits at {next} ({LocalTimes.Text(next, zone)})" : "No opening is in sight";
        var id = question.Id ?? "ID";
        return worst.State == GuardState.Closed
            ? $"{opening}; only broken glass opens a closed window: almanac guard override {id} --reason '...'"
            : question.Approval?.Status is ApprovalStatus.Pending
                ? $"{opening}; somebody else approves it by: almanac guard approve {id}"
                : $"{opening}; or ask: almanac guard request {id} --reason '...'";
    }
}
