using System.Globalization;
using Almanac.Change;
using Almanac.Embedded;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Observe;
using Almanac.Store;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Flows;

/// <summary>The main job on one database: settle, observe, advise, ask the guard; and when told to act: apply, verify, keep or undo, one change at a time.</summary>
public sealed class TuneFlow(TimeProvider clock)
{
    private const int TopShown = 5;

    /// <summary>Runs the loop once. Refusals and rollbacks are outcomes in the result, not exceptions.</summary>
    /// <exception cref="AlmanacException">10 when a database cannot be reached, 12 when a prerequisite is missing, 2 when there is no store to act with.</exception>
    public async Task<TuneResult> RunAsync(TuneRequest request, IProgress<FlowProgress>? progress, CancellationToken cancellation)
    {
        var asked = request.At ?? clock.GetCurrentInstant();
        var started = clock.GetTimestamp();
        await using var store = await OpenStoreAsync(request, cancellation);
        var ledger = store is null ? null : new LedgerStore(store);
        var gate = new GuardGate(request.Profile, request.Regions, ledger is null ? null : new GuardStore(ledger, request.Guard));

        progress?.Report(new FlowProgress("Observing"));
        await using var collector = new SnapshotCollector(request.Target);
        var snapshots = store is null ? null : new SnapshotStore(store);
        var targetId = (await collector.CollectAsync(cancellation)).Server.Target;
        var (settled, needsHuman) = ledger is null ? ([], false) : await SettleAsync(request, ledger, targetId, progress, cancellation);
        var entries = ledger is null ? [] : await ledger.ReadAsync(new LedgerFilter { Target = targetId }, cancellation);
        var history = ChangeHistory.Fold(entries);
        var begun = entries.Where(e => e.Kind is LedgerKind.Applying).Select(e => e.At).ToList();
        var observed = await TuneObservation.ReadAsync(collector, snapshots, history, cancellation);
        var simulated = request.At is not null && new EmbeddedRegistry().Find(observed.Now.Server.SystemIdentifier, observed.Now.Server.StartedAt) is not null;

        progress?.Report(new FlowProgress("Advising"));
        var advice = await TuneAdvice.AskAsync(request, observed, history, cancellation);
        var runner = ledger is null ? null : new ChangeRunner(request.Target, ledger, gate, clock);
        var changes = new List<TuneChange>();
        var (now, waiting) = Paced(request, advice.Changes, history, begun, clock.GetCurrentInstant());

        // Interrupted, cut off, or in need of a human: what was done is reported, and nothing more is begun.
        var stopped = false;
        foreach (var change in now)
        {
            if (stopped)
            {
                break;
            }

            var (sql, obstacle) = await ChangeRunner.DescribeAsync(request.Target, change, clock, cancellation);
            var elapsed = Duration.FromTimeSpan(clock.GetElapsedTime(started));
            var answer = await gate.JudgeAsync(change, asked + elapsed, clock.GetCurrentInstant(), simulated, cancellation);
            var proposed = Proposed(change, string.Join(";\n", sql), obstacle, answer);
            if (!request.Apply)
            {
                changes.Add(proposed);
            }
            else if (runner is null)
            {
                changes.Add(answer.Allowed ? throw NoStore() : proposed with { Status = answer.Code is ExitCode.ApprovalPending ? TuneStatus.AwaitingApproval : TuneStatus.Refused });
            }
            else
            {
                progress?.Report(new FlowProgress($"{change.Id}: {change.Operation.Title()}", (double)changes.Count / now.Count));
                var options = new RunOptions
                {
                    Asked = asked + elapsed,
                    SimulatedClockAllowed = simulated,
                    Measure = request.Measure,
                    Probes = advice.Probes,
                    LongestAct = request.LongestAct,
                };
                ChangeOutcome outcome;
                try
                {
                    outcome = await runner.RunAsync(change, options, ProgressOf(progress), cancellation);
                }
                catch (AlmanacException e) when (changes.Count > 0)
                {
                    // What was done before is reported all the same.
                    changes.Add(proposed with { Status = TuneStatus.Failed, Outcome = e.Message, Hint = e.Hint, Code = e.ExitCode });
                    break;
                }

                changes.Add(Finished(proposed, outcome));
                stopped = outcome.Code is ExitCode.Interrupted or ExitCode.Unreachable or ExitCode.RollbackFailed;
            }
        }

        if (request.Apply && snapshots is not null && !stopped && changes.Exists(c => c.Receipt is not null))
        {
            // The next run reads its workload from here on: what the statements cost before these changes is history.
            progress?.Report(new FlowProgress("Saving the state after the changes"));
            await snapshots.SaveAsync(await collector.CollectAsync(cancellation), collector.Known, cancellation);
        }

        var result = Result(request, asked, observed, advice, changes, settled, waiting);
        return needsHuman ? result with { ExitCode = ExitCodes.Worst([result.ExitCode, ExitCode.RollbackFailed]) } : result;
    }

    private static DirectProgress<ChangeProgress>? ProgressOf(IProgress<FlowProgress>? progress) => progress is null
        ? null
        : new DirectProgress<ChangeProgress>(p => progress.Report(new FlowProgress($"{p.ChangeId}: {p.Text}", p.Share) { Passing = p.Stage is ChangeStage.MeasuringBefore or ChangeStage.MeasuringAfter }));

    private static (IReadOnlyList<ProposedChange> Now, IReadOnlyList<string> Waiting) Paced(
        TuneRequest request, IReadOnlyList<ProposedChange> changes, IReadOnlyList<ChangeState> history, IReadOnlyList<Instant> begun, Instant at)
    {
        if (request.Pace is not { } policy)
        {
            return (changes, []);
        }

        var decision = ChangePacer.Decide(changes, history, begun, policy, at);
        return (decision.Now, [.. decision.Waiting.Select(w => $"{w.Change.Id} waits: {w.Reason}.")]);
    }

    private async Task<AlmanacDatabase?> OpenStoreAsync(TuneRequest request, CancellationToken cancellation)
    {
        var target = request.Store ?? request.Target;
        var exists = await AlmanacDatabase.HasSchemaAsync(target, cancellation);
        return exists || (request.Apply && request.CreateStore)
            ? await AlmanacDatabase.OpenAsync(target, createSchema: request.CreateStore, cancellation)
            : request.Store is null || !request.Apply ? null : throw NoStore();
    }

    private static AlmanacException NoStore() => new(
        ExitCode.Usage,
        "--apply keeps a ledger, and there is no schema almanac to keep it in.",
        "Name a database that has one by --store URI, or consent to creating it by --create-store.");

    private async Task<(IReadOnlyList<string> Lines, bool NeedsHuman)> SettleAsync(
        TuneRequest request, LedgerStore ledger, string targetId, IProgress<FlowProgress>? progress, CancellationToken cancellation)
    {
        var recovery = await new ChangeRecovery(request.Target, ledger, clock).SettleAsync(
            targetId, progress is null ? null : new DirectProgress<ChangeProgress>(p => progress.Report(new FlowProgress(p.Text))), cancellation);
        return (
            [.. recovery.Settlements.Select(s => $"{s.ChangeId}: {s.Found} {s.Done}"), .. recovery.Busy is { } busy ? [busy] : Array.Empty<string>()],
            recovery.Settlements.Any(s => s.NeedsHuman));
    }

    private static TuneChange Proposed(ProposedChange change, string sql, string? obstacle, GateAnswer answer) => new()
    {
        Id = change.Id,
        Title = change.Operation.Title(),
        Operation = change.Operation,
        Sql = sql,
        Reason = change.Reason,
        Evidence = change.Evidence,
        Estimate = change.Estimate,
        Verdict = answer.Asked.State is GuardState.Open && answer.Real is { } real ? real : answer.Asked,
        Status = TuneStatus.Proposed,
        Outcome = obstacle ?? answer.Sentence,
    };

    private static TuneChange Finished(TuneChange proposed, ChangeOutcome outcome) => proposed with
    {
        Sql = outcome.Sql.Count == 0 ? proposed.Sql : string.Join(";\n", outcome.Sql),
        Verdict = outcome.Verdict ?? proposed.Verdict,
        Outcome = outcome.Sentence,
        Hint = outcome.Hint,
        Code = outcome.Code,
        Receipt = outcome.Receipt,
        Verification = outcome.Verification,
        Status = outcome.Status switch
        {
            ChangeStatus.Refused => TuneStatus.Refused,
            ChangeStatus.AwaitingApproval => TuneStatus.AwaitingApproval,
            ChangeStatus.Kept => TuneStatus.Kept,
            ChangeStatus.Settled => TuneStatus.AlreadyDone,
            ChangeStatus.Unproven or ChangeStatus.Applied => TuneStatus.Unproven,
            ChangeStatus.RolledBack => TuneStatus.RolledBack,
            ChangeStatus.RollbackFailed => TuneStatus.RollbackFailed,
            _ => TuneStatus.Failed,
        },
    };

    private static TuneResult Result(
        TuneRequest request, Instant asked, TuneObservation observed, TuneAdvice advice, List<TuneChange> changes, IReadOnlyList<string> settled, IReadOnlyList<string> waiting)
    {
        var workload = observed.Workload;
        var code = request.Apply ? ExitCodes.Worst(changes.Select(CodeOf)) : ExitCode.Done;
        return new TuneResult
        {
            At = asked,
            Target = observed.Now.Server.Target,
            Database = request.Target.Display,
            Regions = request.Regions,
            Apply = request.Apply,
            WorkloadFrom = workload.From,
            StatementCount = workload.Statements.Count,
            Calls = workload.Statements.Sum(s => s.Calls),
            TotalMs = workload.TotalMs,
            Top = [.. workload.Statements.OrderByDescending(s => s.TotalMs).Take(TopShown).Select(s => new TopStatement(s.QueryId, s.Text, s.Calls, s.MeanMs, workload.TotalMs > 0 ? s.TotalMs / workload.TotalMs : 0))],
            Changes = changes,
            Notes = [.. advice.Notes, .. observed.Notes, .. waiting],
            Settled = settled,
            ExplainCalls = advice.ExplainCalls,
            ExitCode = code,
            Summary = Summary(request.Apply, changes),
        };
    }

    private static ExitCode CodeOf(TuneChange change) => change.Status switch
    {
        TuneStatus.Refused => ExitCode.Refused,
        TuneStatus.AwaitingApproval => ExitCode.ApprovalPending,
        TuneStatus.Unproven => ExitCode.Inconclusive,
        TuneStatus.RolledBack => ExitCode.RolledBack,
        TuneStatus.RollbackFailed => ExitCode.RollbackFailed,
        TuneStatus.Failed => change.Code,
        _ => ExitCode.Done,
    };

    private static string Summary(bool apply, List<TuneChange> changes)
    {
        if (changes.Count == 0)
        {
            return "Nothing worth doing was found.";
        }

        if (!apply)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{changes.Count} {(changes.Count == 1 ? "change is" : "changes are")} proposed; nothing was changed. --apply acts, when the guard allows.");
        }

        var counts = changes.GroupBy(c => c.Status).OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {Word(g.Key)}"));
        return $"Of {changes.Count}: {string.Join(", ", counts)}.";
    }

    private static string Word(TuneStatus status) => status switch
    {
        TuneStatus.AwaitingApproval => "awaiting approval",
        TuneStatus.RolledBack => "rolled back",
        TuneStatus.RollbackFailed => "could not be rolled back",
        _ => status.ToString().ToLowerInvariant(),
    };
}
