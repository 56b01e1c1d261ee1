using Almanac.Calendars;
using Almanac.Cli.Grammar;
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
