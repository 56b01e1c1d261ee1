using Almanac.Calendars;
using Almanac.Cli.Grammar;
using Almanac.Guard;
using Almanac.Model;

namespace Almanac.Cli.Rendering;

/// <summary>Shows verdicts.</summary>
internal static class GuardViews
{
    /// <summary>State, reasons, rule and what comes next.</summary>
    public static View Of(Verdict verdict, CalendarProfile profile)
    {
        var region = profile.Region(verdict.Regions[0]);
        List<(string, Cell)> facts =
        [
            ("state", new Cell(Words.Of(verdict.State), ToneOf(verdict.State))),
            ("at", Moments.Text(verdict.At, region)),
            ("scope", Words.Of(verdict.Scope)),
            ("regions", string.Join(", ", verdict.Regions)),
        ];
        if (verdict.Duration > NodaTime.Duration.Zero)
        {
            facts.Add(("duration", Moments.Text(verdict.Duration)));
        }

        if (verdict.RequiredApprovals > 0)
        {
            facts.Add(("approvals needed", verdict.RequiredApprovals.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        facts.Add(("next transition", verdict.NextTransition is { } change ? Moments.Text(change, region) : "none within a year"));
        if (verdict.NextOpening is { } opening)
        {
            facts.Add(("next opening", Moments.Text(opening, region)));
        }
        else if (verdict.State != GuardState.Open)
        {
            facts.Add(("next opening", "none within a year"));
        }

        return new View(
            verdict,
            [
                new Facts([.. facts]),
                new Grid(["region", "rule", "level", "reason"], [.. verdict.Reasons.Select(r => (IReadOnlyList<Cell>)[r.Region, r.Rule, new Cell(Words.Of(r.State), ToneOf(r.State)), r.Text])])
                {
                    Empty = "No rule applies.",
                },
            ]);
    }

    /// <summary>The gate's answer: the verdict, and whether an approval, a pause or broken glass changes it.</summary>
    public static View Of(GateAnswer answer, CalendarProfile profile)
    {
        var verdict = Of(answer.Asked, profile);
        return new View(answer, [new Line(answer.Sentence, answer.Allowed ? Tone.Good : Tone.Bad), .. answer.Hint is { } hint ? [new Line(hint)] : Array.Empty<Block>(), .. verdict.Blocks]);
    }

    /// <summary>Where a request stands.</summary>
    public static View Of(ApprovalState state, RegionCalendar region)
    {
        var tone = state.Status switch
        {
            ApprovalStatus.Approved => Tone.Good,
            ApprovalStatus.Pending => Tone.Caution,
            _ => Tone.Bad,
        };
        List<(string, Cell)> facts = [("id", state.Id), ("status", new Cell(Words.Of(state.Status), tone))];
        if (state.Scope is { } scope)
        {
            facts.Add(("scope", Words.Of(scope)));
        }

        facts.Add(("requested by", state.Requester));
        facts.Add(("reason", state.Reason));
        facts.Add(("approvals", $"{state.Approvers.Count} of {state.Required}{(state.Approvers.Count > 0 ? $" ({string.Join(", ", state.Approvers)})" : string.Empty)}"));
        if (state.ExpiresAt is { } expires)
        {
            facts.Add(("expires", Moments.Text(expires, region)));
        }

        if (state.DeniedBy is { } by)
        {
            facts.Add(("denied", $"by {by}: {state.DenialReason}"));
        }

        return new View(state, [new Facts([.. facts])]);
    }

    /// <summary>The pauses in force.</summary>
    public static View Of(IReadOnlyList<GuardPause> pauses, RegionCalendar region) => new(
        new { Pauses = pauses },
        [
            new Grid(
                ["from", "until", "by", "reason"],
                [.. pauses.Select(p => (IReadOnlyList<Cell>)[Moments.Text(p.From, region), p.Until is { } until ? Moments.Text(until, region) : "resumed", p.Actor, p.Reason])])
            {
                Title = "Paused",
                Empty = "nothing is paused.",
            },
        ]);

    /// <summary>The exit code by which scripts tell the states apart.</summary>
    public static ExitCode CodeOf(GuardState state) => state switch
    {
        GuardState.Open => ExitCode.Done,
        GuardState.Approval => ExitCode.ApprovalPending,
        _ => ExitCode.Refused,
    };

    public static Tone ToneOf(GuardState state) => state switch
    {
        GuardState.Open => Tone.Good,
        GuardState.Approval => Tone.Caution,
        _ => Tone.Bad,
    };
}
