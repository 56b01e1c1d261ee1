using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change.Operations;

/// <summary>
/// Drops an index without blocking and keeps its definition. Refuses what more than speed depends on: keys, constraints, unique indexes,
/// the replica identity, the only support of a foreign key, and partitioned indexes, which cannot be dropped
/// concurrently and whose undo would mean building every part again.
/// </summary>
internal sealed class DropIndex(DropIndexSpec spec) : Operation
{
    public override bool Adopts => true;

    public override IReadOnlyList<string> Describe(Preparation preparation) => [ConcurrentIndex.DropSql(spec.Schema, spec.Name)];

    public override IReadOnlyList<string> DescribeUndo(Preparation preparation) => spec.Invalid ? [] : [.. Tablespace(preparation), Concurrently(preparation.PreviousDefinition ?? spec.Definition)];

    public override async Task<Preparation> ValidateAsync(PostgresReader reader, CancellationToken cancellation)
    {
        var table = await ConcurrentIndex.TableAsync(reader, spec.Schema, spec.Table, cancellation);
        var preparation = new Preparation { Role = ConcurrentIndex.RoleFor(table) };
        if (await ConcurrentIndex.StateAsync(reader, spec.Schema, spec.Name, cancellation) is not { } index)
        {
            return preparation with { AlreadyDone = $"The index {spec.Schema}.{spec.Name} is already gone." };
        }

        if (WhyNot(index) is { } why)
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"{spec.Schema}.{spec.Name} is not dropped: {why}.", "Drop it by hand if you are sure.");
        }

        return preparation with { PreviousDefinition = index.Definition, PreviousValue = index.Tablespace };
    }

    public override async Task<Preparation> RecallAsync(PostgresReader reader, ApplyingPayload applying, CancellationToken cancellation) => new()
    {
        Role = await ConcurrentIndex.LookAsync(reader, spec.Schema, spec.Table, cancellation) is { } table ? ConcurrentIndex.RoleFor(table) : null,
        PreviousDefinition = applying.PreviousDefinition,
        PreviousValue = applying.PreviousValue,
    };

    public override async Task<Applied> ApplyAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation)
    {
        var index = await ConcurrentIndex.StateAsync(session, spec.Schema, spec.Name, cancellation);
        await session.BecomeAsync(preparation.Role, cancellation);
        await session.ExecuteAsync(ConcurrentIndex.DropSql(spec.Schema, spec.Name), cancellation);
        return new Applied { Bytes = -(index?.Bytes ?? 0), Undo = spec.Invalid ? null : DescribeUndo(preparation)[^1] };
    }

    public override async Task RollBackAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation)
    {
        await session.BecomeAsync(preparation.Role, cancellation);
        if (await ConcurrentIndex.StateAsync(session, spec.Schema, spec.Name, cancellation) is { } index)
        {
            if (index.Valid || spec.Invalid)
            {
                return;
            }

            await ConcurrentIndex.DropAsync(session, spec.Schema, spec.Name, cancellation);
        }

        foreach (var statement in DescribeUndo(preparation))
        {
            await ConcurrentIndex.BuildAsync(session, statement, progress, cancellation);
        }

        if (!spec.Invalid && await ConcurrentIndex.StateAsync(session, spec.Schema, spec.Name, cancellation) is not { Valid: true })
        {
            throw new AlmanacException(ExitCode.RollbackFailed, $"{spec.Schema}.{spec.Name} was built again, but it is not valid.", "Look at the server's log.");
        }
    }

    public override async Task<Progress> FindAsync(PostgresReader reader, Preparation preparation, CancellationToken cancellation)
        => await ConcurrentIndex.StateAsync(reader, spec.Schema, spec.Name, cancellation) switch
        {
            null => Progress.Complete,
            { Valid: true } => Progress.Nothing,

            // An invalid one was so before: it is still to be dropped.
            _ => spec.Invalid ? Progress.Nothing : Progress.Half,
        };

    /// <summary>A drop that was broken off after the server had declared the index invalid is completed: that takes a moment, building it again would not.</summary>
    public override async Task<Cleaned> CleanUpAsync(ActingWriter session, PostgresReader reader, Preparation preparation, CancellationToken cancellation)
    {
        switch (await FindAsync(reader, preparation, cancellation))
        {
            case Progress.Nothing:
                return new Cleaned("The index is as it was.", Progress.Nothing);
            case Progress.Complete:
                return new Cleaned("The index is gone.", Progress.Complete);
            default:
                await session.BecomeAsync(preparation.Role, cancellation);
                await ConcurrentIndex.DropAsync(session, spec.Schema, spec.Name, cancellation);
                return new Cleaned("The index had already been declared invalid; its drop was completed.", Progress.Complete);
        }
    }

    private string? WhyNot(IndexState index)
    {
        if (!index.IsIndex)
        {
            return "it is no index";
        }

        if (index.TableSchema != spec.Schema || index.Table != spec.Table)
        {
            return $"it belongs to {index.TableSchema}.{index.Table} now";
        }

        if (index.Builder is { } builder)
        {
            return $"process {builder} is building it right now";
        }

        if (index.BacksConstraint || index.IsPrimary)
        {
            return "a constraint depends on it";
        }

        if (index.ReplicaIdentity)
        {
            return "it is the table's replica identity";
        }

        if (index.Kind is "I")
        {
            return "it is a partitioned index: the server cannot drop it without blocking, and undoing it would build every part again";
        }

        if (index.ParentIndex is { } parent)
        {
            return $"it is a part of the partitioned index {parent}";
        }

        if (spec.Invalid)
        {
            return index.Valid ? "it is valid by now" : null;
        }

        if (!index.Valid)
        {
            return "it is invalid by now, and was proposed as a valid one";
        }

        if (index.IsUnique)
        {
            return "it is unique, and the uniqueness is part of the data's meaning";
        }

        if (index.Clustered)
        {
            return "the table is clustered by it";
        }

        return index.SupportsForeignKeys is { } keys ? $"no other index supports the foreign key {keys}"
            : index.Definition != spec.Definition ? $"its definition changed since it was proposed: {index.Definition}"
            : null;
    }

    private static IEnumerable<string> Tablespace(Preparation preparation)
        => preparation.PreviousValue is { } tablespace ? [$"SET default_tablespace = {SqlText.Quote(tablespace)}"] : [];

    private static string Concurrently(string definition)
    {
        var at = definition.IndexOf("INDEX ", StringComparison.Ordinal) + "INDEX ".Length;
        return definition.Insert(at, "CONCURRENTLY ");
    }
}
