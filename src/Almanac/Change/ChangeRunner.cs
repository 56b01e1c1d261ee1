using Almanac.Change.Operations;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change;

/// <summary>
/// Runs one proposed change from the guard's answer to the measured verdict. Whatever happens on the way, the target is left as it was or as
/// the ledger says; docs/change.md shows the states.
/// </summary>
public sealed class ChangeRunner(ConnectionTarget target, LedgerStore ledger, GuardGate gate, TimeProvider time)
{
    /// <summary>The statements that a change would run, for a dry run; with the reason in place of them when it could not be made.</summary>
    public static async Task<(IReadOnlyList<string> Sql, string? Obstacle)> DescribeAsync(
        ConnectionTarget target, ProposedChange change, TimeProvider time, CancellationToken cancellation)
    {
        var operation = Operation.For(change.Operation, time);
        await using var reader = await PostgresReader.OpenAsync(target, "change", cancellation);
        try
        {
            var preparation = await operation.ValidateAsync(reader, cancellation);
            return (operation.Describe(preparation), preparation.AlreadyDone);
        }
        catch (AlmanacException e) when (e.ExitCode is ExitCode.PrerequisiteMissing)
        {
            return (operation.Describe(new Preparation()), e.Message);
        }
    }

    /// <summary>Asks the guard, measures, acts, measures again, and keeps or undoes the change. Every step is in the ledger before it is taken.</summary>
    /// <exception cref="AlmanacException">12 while another engine is at work on the database, 10 when it cannot be reached; nothing was changed then.</exception>
    /// <exception cref="OperationCanceledException">Interrupted before anything was changed. Later interruptions are outcomes with code 130 or a verdict.</exception>
    public async Task<ChangeOutcome> RunAsync(ProposedChange change, RunOptions options, IProgress<ChangeProgress>? progress, CancellationToken cancellation)
    {
        await using var engine = await EngineLock.TakeAsync(target, cancellation);
        return await new OneChangeRunner(target, ledger, gate, time, change, options, progress, engine).RunAsync(cancellation);
    }

    /// <summary>Undoes a change that stayed, because a person wants it; the guard is asked as for any act.</summary>
    /// <exception cref="AlmanacException">2 when there is nothing to undo; else as <see cref="RunAsync"/>.</exception>
    public async Task<ChangeOutcome> RollBackAsync(ChangeState state, string reason, RunOptions options, IProgress<ChangeProgress>? progress, CancellationToken cancellation)
    {
        if (state.Applying is not { } applying || state.Status is not (ChangeStatus.Kept or ChangeStatus.Unproven or ChangeStatus.Applied or ChangeStatus.RollbackFailed))
        {
            throw new AlmanacException(ExitCode.Usage, $"The change {state.ChangeId} is {state.Status}: there is nothing to undo.", "`almanac change list` shows where each change stands.");
        }

        await using var engine = await EngineLock.TakeAsync(target, cancellation);
        return await new OneChangeRunner(target, ledger, gate, time, applying.Change, options, progress, engine).UndoAsync(state, reason, cancellation);
    }
}
