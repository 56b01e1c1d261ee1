using Almanac.Calendars;
using Almanac.Cli.Grammar;
using Almanac.Guard;
using Almanac.Model;
using NodaTime;

namespace Almanac.Cli.Rendering;

/// <summary>Everything on the status page.</summary>
internal sealed record StatusPage
{
    public required Instant At { get; init; }

    /// <summary>One verdict for each region and scope.</summary>
    public required IReadOnlyList<Verdict> Gate { get; init; }
    public ServerSnapshot? Snapshot { get; init; }
    public Workload? Workload { get; init; }
    public IReadOnlyList<WorkloadStatement> Top { get; init; } = [];
    public IReadOnlyList<ChangeState> Changes { get; init; } = [];
    public IReadOnlyList<ApprovalState> Pending { get; init; } = [];
    public IReadOnlyList<GuardPause> Pauses { get; init; } = [];
    public string? LedgerHead { get; init; }

    /// <summary>Why the database could not be looked at; null when it could, or none was named.</summary>
    public string? Unreachable { get; init; }

    /// <summary>How it stands, in one sentence.</summary>
    public string Verdict
    {
        get
        {
            var closed = Gate.Where(v => v.State is GuardState.Closed).SelectMany(v => v.Regions).Distinct().ToList();
            var gate = Pauses.Count > 0 ? "Everything is paused"
                : closed.Count > 0 ? $"Closed in {string.Join(", ", closed)}"
                : Gate.Any(v => v.State is GuardState.Approval) ? "Open with approval only"
                : "Open in every region";
            var database = Unreachable is not null ? "; the database cannot be reached"
                : Snapshot is { Locks.Waiting: > 0 } ? "; sessions wait for locks"
                : Snapshot is { Statements: null } ? "; pg_stat_statements is missing"
                : string.Empty;
            var human = Changes.Any(c => c.Status is ChangeStatus.RollbackFailed) ? "; a change could not be rolled back: a human is needed" : string.Empty;
            return gate + database + human + ".";
        }
    }
}

/// <summary>Shows the status page.</summary>
internal static class StatusViews
{
    public static View Of(StatusPage page, CalendarProfile profile)
    {
        var region = profile.Region(page.Gate.Any(v => v.Regions[0] == profile.PrimaryRegion) ? profile.PrimaryRegion : page.Gate[0].Regions[0]);
        var good = page.Unreachable is null && page.Pauses.Count == 0 && page.Gate.All(v => v.State is GuardState.Open);
        List<Block> blocks =
        [
            new Line(page.Verdict, good ? Tone.Good : Tone.Caution),
            new Grid(
                ["region", "scope", "now", "next transition", "next opening"],
                [.. page.Gate.Select(v => (IReadOnlyList<Cell>)
                [
                    v.Regions[0],
                    Words.Of(v.Scope),
                    new Cell(Words.Of(v.State), GuardViews.ToneOf(v.State)),
                    v.NextTransition is { } change ? Moments.Text(change, profile.Region(v.Regions[0])) : string.Empty,
                    v.NextOpening is { } opening ? Moments.Text(opening, profile.Region(v.Regions[0])) : string.Empty,
                ])]) { Title = $"Gate at {Moments.Iso(page.At)}" },
        ];
        blocks.AddRange(page.Pauses.Select(p => new Line($"paused by {p.Actor}: {p.Reason}", Tone.Bad)));
        if (page.Unreachable is { } why)
        {
            blocks.Add(new Line(why, Tone.Bad));
        }

        if (page.Snapshot is { } snapshot)
        {
            blocks.Add(new Line(string.Empty));
            blocks.Add(ObserveViews.Facts(snapshot, region));
            blocks.Add(ObserveViews.Grid(page.Top, page.Workload!) with { Title = "Heaviest statements since the counters were reset", Empty = "none yet." });
        }

        if (page.LedgerHead is not null)
        {
            blocks.Add(ChangeViews.Grid(page.Changes) with { Title = "Last changes", Empty = "none yet." });
            blocks.AddRange(page.Pending.Select(r => new Line($"waits for approval: {r.Id} ({r.Reason}); `almanac guard approve {r.Id}`", Tone.Caution)));
            blocks.Add(new Line("ledger head " + page.LedgerHead, Tone.Faint));
        }

        return new View(
            new
            {
                page.At,
                page.Verdict,
                page.Gate,
                Database = page.Snapshot is { } s ? new { s.Server, s.Database.Bytes, s.Activity, s.Locks, s.Replication } : null,
                page.Unreachable,
                Top = page.Top.Select(t => new { QueryId = t.QueryId.ToString(System.Globalization.CultureInfo.InvariantCulture), t.Text, t.Calls, t.MeanMs, t.TotalMs }),
                Changes = page.Changes.Select(ChangeViews.Document),
                page.Pending,
                page.Pauses,
                page.LedgerHead,
            },
            blocks);
    }
}
