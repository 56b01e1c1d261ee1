using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Observe;
using Almanac.Store;
using NodaTime;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac status</c>: one page. What cannot be reached is said and does not keep the rest from being shown.</summary>
internal static class StatusCommand
{
    public const string Description = "One page: the gate now and next, the database, its heaviest statements, the last changes.";

    private const int TopShown = 5;

    // A page that is to answer at once does not wait as long as a command that is to act.
    private const int ConnectSeconds = 3;

    public static Verb Build(CommandLine line) => new Verb(
        "status",
        Description,
        new Example("status --db service=shop", "how does it stand?"),
        new Example("status --at 2027-06-19T14:00:00Z", "what will the gate say then?"))
        .Runs(line, RunAsync);

    private static async Task<ExitCode> RunAsync(VerbRun run, CancellationToken cancellation)
    {
        var parts = new Composition(run);
        var page = new StatusPage { At = run.At, Gate = Gate(run, parts) };
        if (parts.NamesDatabase)
        {
            page = await WithDatabaseAsync(page, parts, run, cancellation);
        }

        run.Output.Write(StatusViews.Of(page, parts.Profile));
        return page.Unreachable is null ? ExitCode.Done : ExitCode.Unreachable;
    }

    private static List<Verdict> Gate(VerbRun run, Composition parts)
    {
        var regions = run.Has(run.Common.Region) ? parts.Regions : [.. parts.Profile.Regions.Select(r => r.Id)];
        return [.. regions.SelectMany(region => ((GuardScope[])[GuardScope.Deploy, GuardScope.Ddl])
            .Select(scope => GuardRules.Check(parts.Profile, new GuardQuestion { At = run.At, Scope = scope, Regions = [region] })))];
    }

    private static async Task<StatusPage> WithDatabaseAsync(StatusPage page, Composition parts, VerbRun run, CancellationToken cancellation)
    {
        var observed = ObserveAsync(page, parts.Target with { ConnectTimeoutSeconds = ConnectSeconds }, cancellation);
        var recorded = RecallAsync(parts, run.At, cancellation);
        var (changes, pending, pauses, head) = await recorded;
        return await observed with { Changes = changes, Pending = pending, Pauses = pauses, LedgerHead = head };
    }

    private static async Task<StatusPage> ObserveAsync(StatusPage page, ConnectionTarget target, CancellationToken cancellation)
    {
        try
        {
            await using var collector = new SnapshotCollector(target);
            var snapshot = await collector.CollectAsync(cancellation);
            var workload = SnapshotDifference.Between(null, snapshot, await ObserveTexts.OfAsync(collector, snapshot, cancellation));
            return page with { Snapshot = snapshot, Workload = workload, Top = [.. ObserveViews.Ordered(workload, StatementOrder.Time).Take(TopShown)] };
        }
        catch (AlmanacException e) when (e.ExitCode is ExitCode.Unreachable)
        {
            return page with { Unreachable = e.Message };
        }
    }

    private static async Task<(IReadOnlyList<ChangeState>, IReadOnlyList<ApprovalState>, IReadOnlyList<GuardPause>, string?)> RecallAsync(
        Composition parts, Instant at, CancellationToken cancellation)
    {
        try
        {
            await using var database = await AlmanacDatabase.OpenAsync(parts.StoreTarget with { ConnectTimeoutSeconds = ConnectSeconds }, createSchema: false, cancellation);
            await parts.SettleAsync(database, cancellation);
            var ledger = new LedgerStore(database);
            var guard = new GuardStore(ledger, parts.Config.Guard);
            var changes = ChangeHistory.Fold(await ledger.ReadAsync(new LedgerFilter(), cancellation)).Where(c => c.Change is not null).OrderByDescending(c => c.LastSequence);
            var pending = (await guard.RequestsAsync(at, cancellation)).Where(r => r.Status is ApprovalStatus.Pending);
            return ([.. changes.Take(TopShown)], [.. pending], await guard.PausesAsync(cancellation), (await ledger.HeadAsync(cancellation))?.ToString());
        }
        catch (AlmanacException e) when (e.ExitCode is ExitCode.Unreachable or ExitCode.PrerequisiteMissing)
        {
            // No store, or none within reach: the page simply has no history.
            return ([], [], [], null);
        }
    }
}
