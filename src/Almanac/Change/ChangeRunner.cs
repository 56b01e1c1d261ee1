using Almanac.Change.Operations;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Change;

/// <summary>
/// Runs one proposed change from the guard's answer to the measured verdict. Whatever happens on the way, the target is left as it was or as
/// the ledger says; docs/change.md shows the states.
/// </summary>
public sealed class ChangeRunner(ConnectionTarget target, LedgerStore ledger, GuardGate gate, TimeProvider time)
{
    /// <summary>A dry run: what would run, and what the guard says to it. Writes nothing, neither to the target nor to the ledger.</summary>
    public async Task<ChangeOutcome> DescribeAsync(ProposedChange change, RunOptions options, CancellationToken cancellation)
    {
        var answer = await gate.JudgeAsync(change, options.Asked, Now, options.SimulatedClockAllowed, cancellation);
        var operation = Operation.For(change.Operation, time);
        await using var reader = await PostgresReader.OpenAsync(target, "change", cancellation);
        var preparation = await operation.ValidateAsync(reader, cancellation);
        return new ChangeOutcome
        {
            ChangeId = change.Id,
            Status = ChangeStatus.Proposed,
            Code = ExitCode.Done,
            Sentence = preparation.AlreadyDone ?? answer.Sentence,
            Hint = answer.Hint,
            Verdict = answer.Asked,
            Sql = preparation.AlreadyDone is null ? operation.Describe(preparation) : [],
        };
    }

    /// <summary>Asks the guard, measures, acts, measures again, and keeps or undoes the change. Every step is in the ledger before it is taken.</summary>
    /// <exception cref="AlmanacException">12 while another engine is at work on the database, 10 when it cannot be reached; nothing was changed then.</exception>
    /// <exception cref="OperationCanceledException">Interrupted before anything was changed. Later interruptions are outcomes with code 130 or a verdict.</exception>
    public async Task<ChangeOutcome> RunAsync(ProposedChange change, RunOptions options, IProgress<ChangeProgress>? progress, CancellationToken cancellation)
    {
        await using var engine = await EngineLock.TakeAsync(target, cancellation);
        return await new ChangeRun(target, ledger, gate, time, change, options, progress, engine).RunAsync(cancellation);
    }

    private Instant Now => time.GetCurrentInstant();
}
