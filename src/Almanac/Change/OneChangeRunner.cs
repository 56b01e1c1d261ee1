using Almanac.Change.Operations;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Change;

/// <summary>One change on its way; used once.</summary>
internal sealed class OneChangeRunner(
    ConnectionTarget target, LedgerStore ledger, GuardGate gate, TimeProvider time,
    ProposedChange change, RunOptions options, IProgress<ChangeProgress>? progress, EngineLock engine)
{
    private readonly Operation operation = Operation.For(change.Operation, time);
    private readonly long began = time.GetTimestamp();
    private Verdict? verdict;

    public async Task<ChangeOutcome> RunAsync(CancellationToken cancellation)
    {
        // Approvals are requested for what the ledger knows, and whoever proposed it must not approve it.
        await RecordAsync(LedgerKind.Proposed, new ProposedPayload(change), cancellation);
        Report(ChangeStage.Judging, "asking the guard");
        var answer = await JudgeAsync(cancellation);
        var kind = answer.Code is ExitCode.Refused ? LedgerKind.Refused : LedgerKind.Judged;
        await RecordAsync(kind, new JudgedPayload(answer.Asked, answer.Real, answer.Allowed, answer.Sentence), cancellation);
        if (!answer.Allowed)
        {
            return NotAllowed(answer);
        }

        Preparation preparation;
        try
        {
            Report(ChangeStage.Validating, "checking rights and objects");
            preparation = await ValidateAsync(cancellation);
        }
        catch (AlmanacException e)
        {
            await RecordAsync(LedgerKind.ApplyFailed, new ApplyFailedPayload(e.Message, "Nothing was done."), cancellation);
            return Outcome(ChangeStatus.Failed, e.ExitCode, e.Message) with { Hint = e.Hint };
        }

        if (preparation.AlreadyDone is { } already)
        {
            await RecordAsync(LedgerKind.Settled, new SettledPayload(already, "Nothing was done.", []), cancellation);
            return Outcome(ChangeStatus.Settled, ExitCode.Done, already);
        }

        var acts = await ledger.ReadAsync(new LedgerFilter { Target = change.Target, Kinds = [LedgerKind.Applied, LedgerKind.RolledBack], Newest = 1 }, cancellation);
        await using var verifier = await EffectReader.OpenAsync(target, change, options.Probes, acts is [.., var last] ? last.At : null, options.Measure, time, cancellation);
        if (!ServesNobody)
        {
            await verifier.MeasureBeforeAsync((text, share) => Report(ChangeStage.MeasuringBefore, text, share), cancellation);
        }

        // The baseline took a while: the window may have closed.
        answer = await JudgeAsync(cancellation);
        if (!answer.Allowed)
        {
            await RecordAsync(answer.Code is ExitCode.Refused ? LedgerKind.Refused : LedgerKind.Judged, new JudgedPayload(answer.Asked, answer.Real, false, answer.Sentence), cancellation);
            return NotAllowed(answer);
        }

        return await ActAsync(preparation, verifier, answer.TimeLeft, cancellation);
    }

    /// <summary>Undoes what an earlier run left in place.</summary>
    public async Task<ChangeOutcome> UndoAsync(ChangeState state, string reason, CancellationToken cancellation)
    {
        await using var reader = await PostgresReader.OpenAsync(target, "change", cancellation);
        await AssureTargetAsync(reader, cancellation);
        var answer = await JudgeAsync(cancellation);
        await RecordAsync(answer.Code is ExitCode.Refused ? LedgerKind.Refused : LedgerKind.Judged, new JudgedPayload(answer.Asked, answer.Real, answer.Allowed, answer.Sentence), cancellation);
        if (!answer.Allowed)
        {
            // The change stays in force: a refused undoing must not look like a refused change.
            return NotAllowed(answer) with { Status = state.Status };
        }

        var preparation = await operation.RecallAsync(reader, state.Applying!, cancellation);
        var outcome = await UndoAsync(preparation, reason, state.Receipt, state.Verification);
        return outcome.Status is ChangeStatus.RolledBack ? outcome with { Sql = operation.DescribeUndo(preparation) } : outcome;
    }

    private async Task<GateAnswer> JudgeAsync(CancellationToken cancellation)
    {
        var elapsed = Duration.FromTimeSpan(time.GetElapsedTime(began));
        var answer = await gate.JudgeAsync(change, options.Asked + elapsed, Now, options.SimulatedClockAllowed, cancellation);
        verdict = answer.Asked;
        return answer;
    }

    private async Task<Preparation> ValidateAsync(CancellationToken cancellation)
    {
        await using var reader = await PostgresReader.OpenAsync(target, "change", cancellation);
        await AssureTargetAsync(reader, cancellation);
        return await operation.ValidateAsync(reader, cancellation);
    }

    // A database of the same name on another server (staging, production) is another database.
    private async Task AssureTargetAsync(PostgresReader reader, CancellationToken cancellation)
    {
        const string Identity = "SELECT (SELECT system_identifier::text FROM pg_control_system()) || '/' || current_database()";
        var here = await reader.ScalarAsync<string>(Identity, null, cancellation);
        if (here != change.Target)
        {
            throw new AlmanacException(
                ExitCode.Usage,
                $"The change {change.Id} belongs to the database {change.Target}, and {target.Display} is {here}.",
                "Give the target it was proposed for; the number is the server's system identifier.");
        }
    }

    private async Task<ChangeOutcome> ActAsync(Preparation preparation, EffectReader verifier, Duration? timeLeft, CancellationToken cancellation)
    {
        var limit = Duration.Min(timeLeft ?? options.LongestAct, options.LongestAct).ToTimeSpan();
        var startedAt = Now;
        var edge = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var session = await ActingWriter.OpenAsync(target, limit, time, cancellation);
        try
        {
            await engine.AssureAsync(cancellation);
            await RecordAsync(
                LedgerKind.Applying,
                new ApplyingPayload(change, operation.Describe(preparation)[0], session.ProcessId, IndexName(), preparation.PreviousDefinition, preparation.PreviousValue),
                cancellation);
        }
        catch
        {
            // Nothing was begun, so there is nothing to clean up: what a cleaning up would find is somebody else's.
            await session.DisposeAsync();
            throw;
        }

        Applied applied;
        try
        {
            Report(ChangeStage.Applying, change.Operation.Title());
            applied = await operation.ApplyAsync(session, preparation, (text, share) => Report(ChangeStage.Applying, text, share), both.Token);
        }
        catch (Exception e) when (e is AlmanacException or OperationCanceledException)
        {
            var sql = session.Sql;
            var process = session.ProcessId;
            await session.DisposeAsync();
            var why = e is not OperationCanceledException ? e.Message
                : cancellation.IsCancellationRequested ? "Interrupted."
                : timeLeft is not null ? "Cancelled at the edge of the open window: it took longer than was left of it." : $"Cancelled: it took longer than {limit.TotalHours:0.#} h.";
            var code = e is AlmanacException error ? error.ExitCode : cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Refused;
            return await CleanUpAsync(preparation, process, sql, why, code, (e as AlmanacException)?.Hint, startedAt);
        }

        var receipt = new Receipt { ChangeId = change.Id, StartedAt = startedAt, EndedAt = Now, Sql = session.Sql, Bytes = applied.Bytes, Undo = applied.Undo };
        await session.DisposeAsync();
        await RecordAsync(LedgerKind.Applied, new AppliedPayload(receipt), CancellationToken.None);
        if (applied.Pending is { } pending)
        {
            return await FinishAsync(Unproven(pending), receipt, ExitCode.Inconclusive);
        }

        if (ServesNobody)
        {
            var gone = Unproven("The index was invalid: no query could use it, so nothing had to be measured, and no gain is claimed.") with { Outcome = VerificationOutcome.Kept };
            return await FinishAsync(gone, receipt, ExitCode.Done);
        }

        var left = timeLeft is null ? (Duration?)null : Duration.Max(Duration.Zero, timeLeft.Value - Duration.FromTimeSpan(time.GetElapsedTime(edge)));
        Verification verification;
        try
        {
            verification = await verifier.MeasureAfterAsync(left, (text, share) => Report(ChangeStage.MeasuringAfter, text, share), cancellation);
        }
        catch (AlmanacException e)
        {
            // As a recovery would decide: an index stays, a setting is put back. It may be what took the server down.
            verification = Unproven($"It could not be measured: {e.Message}") with { Outcome = operation.Adopts ? VerificationOutcome.Unproven : VerificationOutcome.RolledBack };
        }

        return verification.Outcome is VerificationOutcome.RolledBack
            ? await RollBackAsync(preparation, receipt, verification)
            : await FinishAsync(verification, receipt, verification.Outcome is VerificationOutcome.Kept ? ExitCode.Done : cancellation.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Inconclusive);
    }

    // From here on nothing is cancelled: a half-done change is the one thing that must not be left.
    private async Task<ChangeOutcome> CleanUpAsync(Preparation preparation, int process, IReadOnlyList<string> sql, string why, ExitCode code, string? hint, Instant startedAt)
    {
        using var deadline = new CancellationTokenSource(options.CleanUpTime.ToTimeSpan(), time);
        try
        {
            await using var session = await ActingWriter.OpenAsync(target, options.CleanUpTime.ToTimeSpan(), time, deadline.Token);
            await session.StopAsync(process, deadline.Token);
            await using var reader = await PostgresReader.OpenAsync(target, "change", deadline.Token);
            var cleaned = await operation.CleanUpAsync(session, reader, preparation, deadline.Token);
            if (cleaned.State is Progress.Complete)
            {
                var receipt = new Receipt { ChangeId = change.Id, StartedAt = startedAt, EndedAt = Now, Sql = [.. sql, .. session.Sql], Undo = UndoOf(preparation) };
                await RecordAsync(LedgerKind.Applied, new AppliedPayload(receipt), CancellationToken.None);
                return await FinishAsync(Unproven($"{why} {cleaned.Text}"), receipt, code);
            }

            await RecordAsync(LedgerKind.ApplyFailed, new ApplyFailedPayload(why, cleaned.Text), CancellationToken.None);
            return Outcome(ChangeStatus.Failed, code, $"{why} {cleaned.Text}") with { Hint = hint, Sql = sql };
        }
        catch (Exception e) when (e is AlmanacException { ExitCode: ExitCode.Unreachable } unreachable && unreachable.SqlState() is null)
        {
            return Outcome(ChangeStatus.Applying, ExitCode.Unreachable, $"{why} The server cannot be reached for cleaning up.")
                with { Hint = "The next command that reaches the database finds what is left and settles it.", Sql = sql };
        }
        catch (Exception e) when (e is AlmanacException or OperationCanceledException)
        {
            return await HumanAsync($"{why} Cleaning up failed: {Cause(e)}", preparation, null, null);
        }
    }

    private async Task<ChangeOutcome> RollBackAsync(Preparation preparation, Receipt receipt, Verification verification)
    {
        await RecordAsync(LedgerKind.Verified, new VerifiedPayload(verification), CancellationToken.None);
        var outcome = await UndoAsync(preparation, verification.Reason, receipt, verification);
        return outcome.Status is ChangeStatus.RolledBack ? outcome with { Code = ExitCode.RolledBack, Sql = [.. receipt.Sql, .. outcome.Sql] } : outcome;
    }

    private async Task<ChangeOutcome> UndoAsync(Preparation preparation, string reason, Receipt? receipt, Verification? verification)
    {
        Report(ChangeStage.RollingBack, reason);
        await RecordAsync(LedgerKind.RollingBack, new RollingBackPayload(reason, operation.DescribeUndo(preparation)), CancellationToken.None);
        var startedAt = Now;
        using var deadline = new CancellationTokenSource(options.RollBackTime.ToTimeSpan(), time);
        try
        {
            await using var session = await ActingWriter.OpenAsync(target, options.RollBackTime.ToTimeSpan(), time, deadline.Token);
            await operation.RollBackAsync(session, preparation, (text, share) => Report(ChangeStage.RollingBack, text, share), deadline.Token);
            var undone = new Receipt { ChangeId = change.Id, StartedAt = startedAt, EndedAt = Now, Sql = session.Sql, Bytes = -(receipt?.Bytes ?? 0) };
            await RecordAsync(LedgerKind.RolledBack, new RolledBackPayload(undone, reason), CancellationToken.None);
            Report(ChangeStage.Done, "rolled back");
            return Outcome(ChangeStatus.RolledBack, ExitCode.Done, $"Rolled back. {reason}") with { Sql = session.Sql, Receipt = receipt, Verification = verification };
        }
        catch (Exception e) when (e is AlmanacException or OperationCanceledException)
        {
            return await HumanAsync($"Undoing failed: {Cause(e)}", preparation, receipt, verification is null ? null : verification with { Outcome = VerificationOutcome.RollbackFailed });
        }
    }

    private async Task<ChangeOutcome> HumanAsync(string error, Preparation preparation, Receipt? receipt, Verification? verification)
    {
        var manual = string.Join(";\n", operation.DescribeUndo(preparation)) + ";";
        await RecordAsync(LedgerKind.RollbackFailed, new RollbackFailedPayload(error, manual), CancellationToken.None);
        return Outcome(ChangeStatus.RollbackFailed, ExitCode.RollbackFailed, error)
            with { Hint = $"Run this by hand: {manual}", Sql = receipt?.Sql ?? [], Receipt = receipt, Verification = verification };
    }

    private async Task<ChangeOutcome> FinishAsync(Verification verification, Receipt receipt, ExitCode code)
    {
        await RecordAsync(LedgerKind.Verified, new VerifiedPayload(verification), CancellationToken.None);
        Report(ChangeStage.Done, verification.Reason);
        var status = verification.Outcome is VerificationOutcome.Kept ? ChangeStatus.Kept : ChangeStatus.Unproven;
        return Outcome(status, code, verification.Reason) with { Sql = receipt.Sql, Receipt = receipt, Verification = verification };
    }

    private bool ServesNobody => change.Operation is DropIndexSpec { Invalid: true };

    private Verification Unproven(string why) => new()
    {
        ChangeId = change.Id,
        Outcome = VerificationOutcome.Unproven,
        Reason = why,
        BaselineWindow = Duration.Zero,
        AfterWindow = Duration.Zero,
    };

    private string? UndoOf(Preparation preparation) => operation.DescribeUndo(preparation) is [.., var last] ? last : null;

    private ChangeOutcome NotAllowed(GateAnswer answer)
        => Outcome(answer.Code is ExitCode.ApprovalPending ? ChangeStatus.AwaitingApproval : ChangeStatus.Refused, answer.Code, answer.Sentence) with { Hint = answer.Hint };

    private ChangeOutcome Outcome(ChangeStatus status, ExitCode code, string sentence)
        => new() { ChangeId = change.Id, Status = status, Code = code, Sentence = sentence, Verdict = verdict };

    private Task RecordAsync(LedgerKind kind, object payload, CancellationToken cancellation)
        => ledger.AppendAsync(kind, change.Target, change.Id, payload, Now, cancellation);

    private void Report(ChangeStage stage, string text, double? share = null) => progress?.Report(new ChangeProgress(change.Id, stage, text, share));

    private string? IndexName() => change.Operation switch
    {
        CreateIndexSpec create => $"{create.Schema}.{create.Name}",
        DropIndexSpec drop => $"{drop.Schema}.{drop.Name}",
        _ => null,
    };

    private static string Cause(Exception e) => e is OperationCanceledException ? "it took too long." : e.Message;

    private Instant Now => time.GetCurrentInstant();
}
