using System.Globalization;
using Almanac.Calendars;
using Almanac.Cli.Grammar;
using Almanac.Model;
using Almanac.Report;
using Almanac.Tools.Postgres;

namespace Almanac.Cli.Rendering;

/// <summary>What statements can be ordered by.</summary>
internal enum StatementOrder
{
    Time,
    Calls,
    Mean,

    /// <summary>Shared blocks touched.</summary>
    Blocks,
    Rows,
}

/// <summary>Shows what was observed.</summary>
internal static class ObserveViews
{
    public static IEnumerable<WorkloadStatement> Ordered(Workload workload, StatementOrder order) => workload.Statements.OrderByDescending(s => order switch
    {
        StatementOrder.Calls => s.Calls,
        StatementOrder.Mean => s.MeanMs,
        StatementOrder.Blocks => s.SharedHit + s.SharedRead,
        StatementOrder.Rows => s.Rows,
        _ => s.TotalMs,
    });

    public static View Of(Workload workload, IReadOnlyList<WorkloadStatement> shown, RegionCalendar region) => new(
        new
        {
            workload.Server.Target,
            workload.From,
            workload.To,
            workload.TotalMs,
            Statements = shown.Select(s => new
            {
                // A string: 64-bit numbers do not survive JavaScript.
                QueryId = s.QueryId.ToString(CultureInfo.InvariantCulture),
                s.Kind,
                s.Text,
                s.Calls,
                s.TotalMs,
                s.MeanMs,
                Share = Share(s, workload),
                s.Rows,
                s.SharedHit,
                s.SharedRead,
                s.TempWritten,
                s.WalBytes,
            }),
            workload.Gaps,
        },
        [
            new Line($"{workload.Statements.Count} statements, {Html.Number(workload.TotalMs / 1000)} s of execution {(workload.From is { } from ? "since " + Moments.Text(from, region) : "since the counters were reset")}"),
            Grid(shown, workload),
            .. workload.Gaps.Count > 0 ? [new Line($"note: {workload.Gaps.Count} gap(s) in this window: {string.Join(", ", workload.Gaps.Select(g => Words.Of(g.Cause)).Distinct())}", Tone.Caution)] : Array.Empty<Block>(),
        ]);

    public static Grid Grid(IEnumerable<WorkloadStatement> statements, Workload workload) => new(
        ["share %", "calls", "mean ms", "total s", "rows", "blocks a call", "statement"],
        [.. statements.Select(s => (IReadOnlyList<Cell>)
        [
            Text($"{Share(s, workload) * 100:0.0}"),
            Text($"{s.Calls}"),
            Text($"{s.MeanMs:0.000}"),
            Text($"{s.TotalMs / 1000:0.00}"),
            Text($"{s.Rows}"),
            Text($"{(s.Calls == 0 ? 0 : (double)(s.SharedHit + s.SharedRead) / s.Calls):0.0}"),
            ChangeViews.Short(s.Text, 90),
        ])])
    {
        Empty = "No statement ran.",
    };

    public static View Of(ServerSnapshot snapshot, RegionCalendar region) => new(snapshot, [Facts(snapshot, region), Largest(snapshot)]);

    /// <summary>The server in a few lines.</summary>
    public static Facts Facts(ServerSnapshot snapshot, RegionCalendar region)
    {
        var activity = snapshot.Activity;
        List<(string, Cell)> facts =
        [
            ("database", $"{snapshot.Server.Database}, PostgreSQL {snapshot.Server.VersionNumber / 10000}.{snapshot.Server.VersionNumber % 10000}, {(snapshot.Server.InRecovery ? "standby" : "primary")}"),
            ("taken at", Moments.Text(snapshot.TakenAt, region)),
            ("up since", Moments.Text(snapshot.Server.StartedAt, region)),
            ("size", Html.Bytes(snapshot.Database.Bytes)),
            ("holds", $"{snapshot.Relations.Count} tables, {snapshot.Indexes.Count} indexes, {(snapshot.Statements is { } s ? $"{s.Count} statements observed" : "pg_stat_statements missing")}"),
            ("sessions", $"{activity.Active} active, {activity.Idle} idle, {activity.IdleInTransaction} idle in transaction, {activity.Waiting} waiting"),
        ];
        if (snapshot.Locks.Waiting > 0)
        {
            facts.Add(("locks", new Cell(Text($"{snapshot.Locks.Waiting} waiting, the longest for {snapshot.Locks.LongestWaitSeconds:0.0} s"), Tone.Caution)));
        }

        var invalid = snapshot.Indexes.Where(i => !i.Valid).Select(i => i.Name).ToList();
        if (invalid.Count > 0)
        {
            facts.Add(("invalid indexes", new Cell(string.Join(", ", invalid), Tone.Caution)));
        }

        facts.AddRange(snapshot.Replication.Select(r => ("replication", (Cell)Text($"{r.Name}: {r.State}, {r.LagBytes} bytes behind"))));
        return new Facts([.. facts]);
    }

    public static Grid Grid(IEnumerable<SessionInfo> sessions) => new(
        ["pid", "role", "application", "client", "state", "for s", "waits for", "blocked by", "statement"],
        [.. sessions.Select(s => (IReadOnlyList<Cell>)
        [
            Text($"{s.Pid}"),
            s.Role,
            s.Application,
            s.Client,
            new Cell(s.State, s.State.StartsWith("idle in", StringComparison.Ordinal) ? Tone.Caution : Tone.Plain),
            s.StateSeconds is { } seconds ? Text($"{seconds:0.0}") : string.Empty,
            s.State == "idle" ? string.Empty : s.Wait,
            new Cell(string.Join(", ", s.BlockedBy), Tone.Bad),
            ChangeViews.Short(s.Query, 80),
        ])])
    {
        Empty = "Nobody else is connected.",
    };

    private static Grid Largest(ServerSnapshot snapshot) => new(
        ["table", "size", "rows", "sequential scans", "index scans", "dead rows"],
        [.. snapshot.Relations.OrderByDescending(r => r.Bytes).Take(10).Select(r => (IReadOnlyList<Cell>)
        [
            $"{r.Schema}.{r.Name}", Html.Bytes(r.Bytes), Text($"{Math.Max(0, r.RowEstimate):0}"), Text($"{r.SeqScans}"), Text($"{r.IndexScans}"), Text($"{r.DeadRows}"),
        ])])
    {
        Title = "Largest tables",
        Empty = "none.",
    };

    private static double Share(WorkloadStatement statement, Workload workload) => workload.TotalMs > 0 ? statement.TotalMs / workload.TotalMs : 0;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
