using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change.Operations;

/// <summary>What an operation found out about its target before acting; with it, it can act and undo.</summary>
internal sealed record Preparation
{
    /// <summary>Why there is nothing to do; null when there is.</summary>
    public string? AlreadyDone { get; init; }

    /// <summary>The role to act as, where the session's own has the rights only by SET ROLE.</summary>
    public string? Role { get; init; }

    /// <summary>The partitions below a partitioned table; empty for a plain one.</summary>
    public IReadOnlyList<PartitionNode> Partitions { get; init; } = [];

    /// <summary>For a dropped index its definition.</summary>
    public string? PreviousDefinition { get; init; }

    /// <summary>For a setting the value that ALTER SYSTEM had given it (null: none); for a dropped index its tablespace.</summary>
    public string? PreviousValue { get; init; }
}

/// <summary>One table of a partition tree.</summary>
internal sealed record PartitionNode
{
    public required string Schema { get; init; }
    public required string Name { get; init; }
    public required string ParentSchema { get; init; }
    public required string Parent { get; init; }
    public required bool Leaf { get; init; }

    /// <summary>pg_class.relkind.</summary>
    public required string Kind { get; init; }
}

/// <summary>What there is of an operation on the target.</summary>
internal enum Progress
{
    Nothing,

    /// <summary>Begun and broken off: useless as it is.</summary>
    Half,
    Complete,
}

/// <summary>What doing it achieved.</summary>
internal sealed record Applied
{
    /// <summary>Bytes added on disk; negative when freed.</summary>
    public long Bytes { get; init; }

    /// <summary>Why it has no effect yet (a restart is needed); null when it has.</summary>
    public string? Pending { get; init; }

    /// <summary>What restores the former state, as one statement.</summary>
    public string? Undo { get; init; }
}

/// <summary>What became of a leftover.</summary>
/// <param name="Text">What was found and done, as a sentence.</param>
/// <param name="State">What there is now; <see cref="Progress.Half"/> means that a human is needed.</param>
internal sealed record Cleaned(string Text, Progress State);

/// <summary>The executor of one kind of operation: knows how to check, do, undo and clean up after it.</summary>
internal abstract class Operation
{
    /// <summary>The executor that belongs to a spec.</summary>
    public static Operation For(OperationSpec spec, TimeProvider time) => spec switch
    {
        CreateIndexSpec create => new CreateIndex(create),
        DropIndexSpec drop => new DropIndex(drop),
        AlterSettingSpec setting => new AlterSetting(setting, time),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.GetType().Name, "An operation without an executor."),
    };

    /// <summary>Exactly the statements that Apply runs.</summary>
    public abstract IReadOnlyList<string> Describe(Preparation preparation);

    /// <summary>The statements that undo it.</summary>
    public abstract IReadOnlyList<string> DescribeUndo(Preparation preparation);

    /// <summary>Looks, and says whether it can be done.</summary>
    /// <exception cref="AlmanacException">Exit code 12 when it cannot: a right, an object or a writable primary is missing.</exception>
    public abstract Task<Preparation> ValidateAsync(PostgresReader reader, CancellationToken cancellation);

    /// <summary>What a recovery needs, from the ledger and from what the target shows now.</summary>
    public abstract Task<Preparation> RecallAsync(PostgresReader reader, ApplyingPayload applying, CancellationToken cancellation);

    /// <summary>Does it. When it throws, <see cref="CleanUpAsync"/> has to follow.</summary>
    public abstract Task<Applied> ApplyAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation);

    /// <summary>Undoes it completely.</summary>
    public abstract Task RollBackAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation);

    /// <summary>What there is of it now.</summary>
    public abstract Task<Progress> FindAsync(PostgresReader reader, Preparation preparation, CancellationToken cancellation);

    /// <summary>After a failed or broken-off attempt: leaves nothing half done, whichever way is open.</summary>
    public abstract Task<Cleaned> CleanUpAsync(ActingWriter session, PostgresReader reader, Preparation preparation, CancellationToken cancellation);

    /// <summary>What a recovery does with a complete act whose engine died before measuring it: adopt it, or undo it.</summary>
    public abstract bool Adopts { get; }
}
