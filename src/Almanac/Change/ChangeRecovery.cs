using Almanac.Change.Operations;
using Almanac.Config;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Change;

/// <summary>What a recovery did about one interrupted change.</summary>
/// <param name="ChangeId">The change.</param>
/// <param name="Found">What was found on the target, as a sentence.</param>
/// <param name="Done">What was done about it.</param>
/// <param name="Sql">The statements that ran.</param>
/// <param name="NeedsHuman">True when it could not be settled; <paramref name="Done"/> says what to run.</param>
public sealed record Settlement(string ChangeId, string Found, string Done, IReadOnlyList<string> Sql, bool NeedsHuman = false);

/// <summary>The result of looking for interrupted changes.</summary>
/// <param name="Settlements">One for each that was found.</param>
/// <param name="Busy">Who is at work on the database; then nothing was touched.</param>
public sealed record RecoveryResult(IReadOnlyList<Settlement> Settlements, string? Busy = null);

/// <summary>
/// Finds the changes that an engine began and did not end, looks at what the server made of them, and settles each. A crash
/// while settling is settled by the next call: every step looks before it acts.
/// </summary>
public sealed class ChangeRecovery(ConnectionTarget target, LedgerStore ledger, TimeProvider time)
{
    private const string Unmeasured = "The engine ended before the change was measured.";

    // An undo may have to build a dropped index again; what was broken off is only removed, and a command waits for it.
    private static readonly TimeSpan UndoTime = TimeSpan.FromHours(6);
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromMinutes(1);

    /// <summary>Settles everything that is open for this database.</summary>
    /// <param name="targetId">The database, as <c>system-identifier/database</c>.</param>
    /// <param name="progress">Receives a line for each step.</param>
    /// <param name="cancellation">Stops between two steps; the rest stays open for the next call.</param>
    public async Task<RecoveryResult> SettleAsync(string targetId, IProgress<ChangeProgress>? progress, CancellationToken cancellation)
    {
        if ((await OpenAsync(targetId, cancellation)).Count == 0)
        {
            return new RecoveryResult([]);
        }

        var (engine, holder) = await EngineLock.TryTakeAsync(target, cancellation);
        if (engine is null)
        {
            return new RecoveryResult([], holder);
        }

        await using (engine)
        {
            // Read again under the lock: a living engine may have ended its change meanwhile.
            var settlements = new List<Settlement>();
            foreach (var state in await OpenAsync(targetId, cancellation))
            {
                progress?.Report(new ChangeProgress(state.ChangeId, ChangeStage.Validating, $"settling what was interrupted: {state.Applying!.Change.Operation.Title()}"));
                settlements.Add(await SettleOneAsync(state, progress, cancellation));
            }

            return new RecoveryResult(settlements);
        }
    }

    /// <summary>True for a change that an engine began and did not end.</summary>
    public static bool IsOpen(ChangeState state)
        => state.Applying is not null && state.Status is ChangeStatus.Applying or ChangeStatus.Applied or ChangeStatus.RollingBack or ChangeStatus.RollbackFailed;

    private async Task<IReadOnlyList<ChangeState>> OpenAsync(string targetId, CancellationToken cancellation)
        => [.. ChangeHistory.Fold(await ledger.ReadAsync(new LedgerFilter { Target = targetId }, cancellation)).Where(IsOpen)];

    private async Task<Settlement> SettleOneAsync(ChangeState state, IProgress<ChangeProgress>? progress, CancellationToken cancellation)
    {
        var applying = state.Applying!;
        var operation = Operation.For(applying.Change.Operation, time);
        await using var session = await ActingWriter.OpenAsync(target, UndoTime, time, cancellation);
        using var deadline = new CancellationTokenSource(CleanUpTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);

        // First of all: a server in a container hands out the same process ids again, and this one could go to a session of ours.
        var running = await StopAsync(session, applying.BackendPid, both.Token, cancellation);
        await using var reader = await PostgresReader.OpenAsync(target, "change", cancellation);
        var preparation = await operation.RecallAsync(reader, applying, cancellation);
        var found = await operation.FindAsync(reader, preparation, cancellation);
        var what = (running ? "Its session was still running and was ended. " : string.Empty) + Describe(applying.Change.Operation, found);
        void Report(string text, double? share) => progress?.Report(new ChangeProgress(state.ChangeId, ChangeStage.RollingBack, text, share));
        try
        {
            // A rollback that failed after the change had been applied was an undoing; before that it was a cleaning up.
            var undo = state.Status is ChangeStatus.RollingBack
                || (state.Status is ChangeStatus.RollbackFailed && state.Receipt is not null)
                || (found is Progress.Complete && !operation.Adopts);
            return undo
                ? await UndoAsync(state, operation, session, preparation, what, Report, cancellation)
                : await FinishAsync(state, operation, session, reader, preparation, what, found, both.Token);
        }
        catch (Exception e) when (e is AlmanacException { ExitCode: not ExitCode.Unreachable } or OperationCanceledException || (e as AlmanacException)?.SqlState() is not null)
        {
            cancellation.ThrowIfCancellationRequested();
            var why = e is OperationCanceledException ? $"It took longer than {CleanUpTime.TotalSeconds:0} s, perhaps because of an old open transaction." : e.Message;
            var manual = string.Join(";\n", operation.DescribeUndo(preparation)) + ";";
            if (state.Status is not ChangeStatus.RollbackFailed)
            {
                await RecordAsync(state, LedgerKind.RollbackFailed, new RollbackFailedPayload($"{what} Settling failed: {why}", manual), cancellation);
            }

            return new Settlement(state.ChangeId, what, $"It could not be settled ({why}) Run by hand: {manual}", session.Sql, NeedsHuman: true);
        }
    }

    private static async Task<bool> StopAsync(ActingWriter session, int processId, CancellationToken limited, CancellationToken cancellation)
    {
        try
        {
            return await session.StopAsync(processId, limited);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AlmanacException(
                ExitCode.ToolFailed, $"Process {processId}, which an earlier engine left at work, does not end.", $"Look at it: SELECT * FROM pg_stat_activity WHERE pid = {processId}");
        }
    }

    // The measurement had said "roll back", or an unmeasured setting was left in force.
    private async Task<Settlement> UndoAsync(
        ChangeState state, Operation operation, ActingWriter session, Preparation preparation, string found, Action<string, double?> progress, CancellationToken cancellation)
    {
        var startedAt = Now;
        if (state.Status is not ChangeStatus.RollingBack)
        {
            await RecordAsync(state, LedgerKind.RollingBack, new RollingBackPayload(Unmeasured, operation.DescribeUndo(preparation)), cancellation);
        }

        await operation.RollBackAsync(session, preparation, progress, cancellation);
        const string Done = "The change was undone.";
        var reason = state.Status is ChangeStatus.RollingBack or ChangeStatus.RollbackFailed && state.Explanation is { } told ? told : Unmeasured;
        await RecordAsync(state, LedgerKind.Settled, new SettledPayload(found, Done, session.Sql), cancellation);
        await RecordAsync(
            state,
            LedgerKind.RolledBack,
            new RolledBackPayload(new Receipt { ChangeId = state.ChangeId, StartedAt = startedAt, EndedAt = Now, Sql = session.Sql, Bytes = -(state.Receipt?.Bytes ?? 0) }, reason),
            cancellation);
        return new Settlement(state.ChangeId, found, Done, session.Sql);
    }

    private async Task<Settlement> FinishAsync(
        ChangeState state, Operation operation, ActingWriter session, PostgresReader reader, Preparation preparation, string found, Progress progress, CancellationToken cancellation)
    {
        var end = progress;
        var done = progress is Progress.Complete ? "It stays, unproven: nobody measured it." : "Nothing was to be done.";
        if (progress is Progress.Half)
        {
            var cleaned = await operation.CleanUpAsync(session, reader, preparation, cancellation);
            (end, done) = (cleaned.State, cleaned.Text);
        }

        await RecordAsync(state, LedgerKind.Settled, new SettledPayload(found, done, session.Sql), cancellation);
        if (end is Progress.Complete)
        {
            if (state.Receipt is null)
            {
                var receipt = new Receipt
                {
                    ChangeId = state.ChangeId,
                    StartedAt = state.ApplyingAt ?? state.LastAt,
                    EndedAt = Now,
                    Sql = [.. operation.Describe(preparation), .. session.Sql],
                    Undo = operation.DescribeUndo(preparation) is [.., var last] ? last : null,
                };
                await RecordAsync(state, LedgerKind.Applied, new AppliedPayload(receipt), cancellation);
            }

            var verification = new Verification
            {
                ChangeId = state.ChangeId,
                Outcome = VerificationOutcome.Unproven,
                Reason = Unmeasured,
                BaselineWindow = Duration.Zero,
                AfterWindow = Duration.Zero,
            };
            await RecordAsync(state, LedgerKind.Verified, new VerifiedPayload(verification), cancellation);
        }

        return new Settlement(state.ChangeId, found, done, session.Sql);
    }

    private static string Describe(OperationSpec operation, Progress found) => (operation, found) switch
    {
        (CreateIndexSpec c, Progress.Nothing) => $"There is no index {c.Schema}.{c.Name}.",
        (CreateIndexSpec c, Progress.Half) => $"The index {c.Schema}.{c.Name} was left invalid.",
        (CreateIndexSpec c, _) => $"The server had finished the index {c.Schema}.{c.Name}; it is valid.",
        (DropIndexSpec d, Progress.Nothing) => $"The index {d.Schema}.{d.Name} is as it was.",
        (DropIndexSpec d, Progress.Half) => $"The drop of {d.Schema}.{d.Name} was broken off half-way.",
        (DropIndexSpec d, _) => $"The index {d.Schema}.{d.Name} is gone.",
        (AlterSettingSpec s, Progress.Nothing) => $"The setting {s.Name} is as it was.",
        (AlterSettingSpec s, _) => $"The setting {s.Name} = {s.Value} had been written.",
        _ => "It was found " + found.ToString().ToLowerInvariant() + ".",
    };

    private Task RecordAsync(ChangeState state, LedgerKind kind, object payload, CancellationToken cancellation)
        => ledger.AppendAsync(kind, state.Target, state.ChangeId, payload, Now, cancellation);

    private Instant Now => time.GetCurrentInstant();
}
