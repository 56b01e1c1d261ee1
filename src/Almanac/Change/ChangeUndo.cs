using Almanac.Change.Operations;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Change;

/// <summary>Undoes one applied change because somebody asks for it. Unlike the undoing of measured harm it needs the guard's consent.</summary>
public sealed class ChangeUndo(ConnectionTarget target, LedgerStore ledger, GuardGate gate, TimeProvider time)
{
    /// <summary>Asks the guard, undoes, and records each step before it is taken.</summary>
    /// <exception cref="AlmanacException">Exit code 2 when the change is not in force; 12 while another engine is at work on the database.</exception>
    public async Task<ChangeOutcome> RunAsync(ChangeState state, string reason, RunOptions options, IProgress<ChangeProgress>? progress, CancellationToken cancellation)
    {
        if (state is not { Change: { } change, Applying: { } applying }
            || state.Status is not (ChangeStatus.Applied or ChangeStatus.Kept or ChangeStatus.Unproven or ChangeStatus.RollbackFailed))
        {
            throw new AlmanacException(ExitCode.Usage, $"{state.ChangeId} is not in force, so there is nothing to undo.", $"`almanac change show {state.ChangeId}` says where it stands.");
        }

        var answer = await gate.JudgeAsync(change, options.Asked, Now, options.SimulatedClockAllowed, cancellation);
        if (!answer.Allowed)
        {
            // The change stays in force: a refused undoing must not look like a refused change.
            return Outcome(state, answer.Code, answer.Sentence, answer) with { Status = state.Status };
        }

        await using var engine = await EngineLock.TakeAsync(target, cancellation);
        var operation = Operation.For(change.Operation, time);
        await using var reader = await PostgresReader.OpenAsync(target, "change", cancellation);
        var preparation = await operation.RecallAsync(reader, applying, cancellation);
        var undo = operation.DescribeUndo(preparation);
        await RecordAsync(state, LedgerKind.RollingBack, new RollingBackPayload($"Asked for: {reason} (guard: {answer.Sentence})", undo), cancellation);
        var startedAt = Now;
        using var deadline = new CancellationTokenSource(Duration.Min(answer.TimeLeft ?? options.RollBackTime, options.RollBackTime).ToTimeSpan(), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            await using var session = await ActingSession.OpenAsync(target, options.RollBackTime.ToTimeSpan(), time, both.Token);
            await operation.RollBackAsync(session, preparation, (text, share) => progress?.Report(new ChangeProgress(state.ChangeId, ChangeStage.RollingBack, text, share)), both.Token);
            var receipt = new Receipt { ChangeId = state.ChangeId, StartedAt = startedAt, EndedAt = Now, Sql = session.Sql, Bytes = -(state.Receipt?.Bytes ?? 0) };
            await RecordAsync(state, LedgerKind.RolledBack, new RolledBackPayload(receipt, reason), CancellationToken.None);
            return Outcome(state, ExitCode.Done, "It was undone, as asked.", answer) with { Sql = session.Sql, Receipt = receipt };
        }
        catch (Exception e) when (e is AlmanacException or OperationCanceledException)
        {
            var error = e is OperationCanceledException ? "it was broken off." : e.Message;
            var manual = string.Join(";\n", undo) + ";";
            await RecordAsync(state, LedgerKind.RollbackFailed, new RollbackFailedPayload($"Undoing failed: {error}", manual), CancellationToken.None);
            return Outcome(state, ExitCode.RollbackFailed, $"Undoing failed: {error}", answer) with { Status = ChangeStatus.RollbackFailed, Hint = $"Run this by hand: {manual}" };
        }
    }

    private static ChangeOutcome Outcome(ChangeState state, ExitCode code, string sentence, GateAnswer answer)
        => new() { ChangeId = state.ChangeId, Status = ChangeStatus.RolledBack, Code = code, Sentence = sentence, Hint = answer.Hint, Verdict = answer.Asked };

    private Task RecordAsync(ChangeState state, LedgerKind kind, object payload, CancellationToken cancellation)
        => ledger.AppendAsync(kind, state.Target, state.ChangeId, payload, Now, cancellation);

    private Instant Now => time.GetCurrentInstant();
}
