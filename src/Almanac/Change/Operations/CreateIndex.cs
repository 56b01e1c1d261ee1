using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change.Operations;

/// <summary>
/// Builds an index without blocking writes. On a partitioned table each partition's index is built concurrently first; the
/// parents' are only then created (they are catalog entries) and the parts attached, so that a build that is broken
/// off leaves nothing that could be removed with a heavy lock only.
/// </summary>
internal sealed class CreateIndex(CreateIndexSpec spec) : Operation
{
    private const int BriefAttempts = 30;

    public override bool Adopts => true;

    public override IReadOnlyList<string> Describe(Preparation preparation)
    {
        if (preparation.Partitions.Count == 0)
        {
            return [spec.ToSql(concurrently: true)];
        }

        var parents = preparation.Partitions.Where(p => !p.Leaf).ToList();
        return
        [
            .. preparation.Partitions.Where(p => p.Leaf).Select(p => SpecOf(p).ToSql(concurrently: true)),
            OnOnly(spec),
            .. parents.Select(p => OnOnly(SpecOf(p))),
            .. preparation.Partitions.Reverse().Select(p => Attach(p)),
        ];
    }

    public override IReadOnlyList<string> DescribeUndo(Preparation preparation) => preparation.Partitions.Count == 0
        ? [ConcurrentIndex.DropSql(spec.Schema, spec.Name)]
        : [PlainDrop(spec.Schema, spec.Name)];

    public override async Task<Preparation> ValidateAsync(PostgresReader reader, CancellationToken cancellation)
    {
        var table = await ConcurrentIndex.TableAsync(reader, spec.Schema, spec.Table, cancellation);
        if (table.Kind is not ("r" or "m" or "p"))
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"{spec.Schema}.{spec.Table} is no table that can be indexed.", "Only tables, partitioned tables and materialised views can.");
        }

        if (!table.OwnerMayCreate)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"{table.Owner}, who owns {spec.Schema}.{spec.Table}, may not create anything in the schema {spec.Schema}.",
                $"GRANT CREATE ON SCHEMA {SqlText.Quote(spec.Schema)} TO {SqlText.Quote(table.Owner)}");
        }

        var preparation = await PrepareAsync(reader, table, cancellation);
        if (preparation.Partitions.FirstOrDefault(p => p.Leaf && p.Kind is not "r") is { } foreign)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"{foreign.Schema}.{foreign.Name}, a partition of {spec.Schema}.{spec.Table}, is a foreign table: an index cannot cover it.",
                "Build the index on the other partitions, one by one.");
        }

        var existing = await ConcurrentIndex.StateAsync(reader, spec.Schema, spec.Name, cancellation);
        if (existing is null)
        {
            return preparation;
        }

        if (!IsOurs(existing, spec))
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"The name {spec.Schema}.{spec.Name} is taken by {(existing.IsIndex ? $"another index: {existing.Definition}" : "something that is no index")}.",
                "Rename that, or ask for advice again.");
        }

        if (existing.Builder is { } builder)
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"Process {builder} is building {spec.Schema}.{spec.Name} right now.", "Wait until it is over, then run the command again.");
        }

        return existing.Valid ? preparation with { AlreadyDone = $"The index {spec.Schema}.{spec.Name} is already there." } : preparation;
    }

    public override async Task<Preparation> RecallAsync(PostgresReader reader, ApplyingPayload applying, CancellationToken cancellation)
        => await ConcurrentIndex.LookAsync(reader, spec.Schema, spec.Table, cancellation) is { } table
            ? await PrepareAsync(reader, table, cancellation)
            : new Preparation();

    public override async Task<Applied> ApplyAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation)
    {
        await session.BecomeAsync(preparation.Role, cancellation);
        foreach (var part in Parts(preparation))
        {
            await BuildAsync(session, part, progress, cancellation);
        }

        if (preparation.Partitions.Count > 0)
        {
            await JoinAsync(session, progress, cancellation);
        }

        var bytes = 0L;
        foreach (var part in (CreateIndexSpec[])[spec, .. preparation.Partitions.Select(SpecOf)])
        {
            var built = await ConcurrentIndex.StateAsync(session, part.Schema, part.Name, cancellation);
            if (built is not { Valid: true })
            {
                throw new AlmanacException(ExitCode.ToolFailed, $"The server reported no error, yet {part.Schema}.{part.Name} is not valid.", "Look at the server's log.");
            }

            bytes += built.Bytes;
        }

        return new Applied { Bytes = bytes, Undo = DescribeUndo(preparation)[0] };
    }

    public override Task RollBackAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation)
        => RemoveAsync(session, preparation, cancellation);

    public override async Task<Progress> FindAsync(PostgresReader reader, Preparation preparation, CancellationToken cancellation)
    {
        var found = new List<IndexState?>();
        foreach (var part in (CreateIndexSpec[])[spec, .. preparation.Partitions.Select(SpecOf)])
        {
            var state = await ConcurrentIndex.StateAsync(reader, part.Schema, part.Name, cancellation);
            found.Add(state is not null && IsOurs(state, part) ? state : null);
        }

        // A partitioned index is valid only when every partition has its part; one that came later may call it something else.
        return found[0] is { Valid: true } ? Progress.Complete : found.TrueForAll(f => f is null) ? Progress.Nothing : Progress.Half;
    }

    public override async Task<Cleaned> CleanUpAsync(ActingWriter session, PostgresReader reader, Preparation preparation, CancellationToken cancellation)
    {
        var found = await FindAsync(reader, preparation, cancellation);
        if (found is Progress.Nothing)
        {
            return new Cleaned("Nothing was left behind.", Progress.Nothing);
        }

        await RemoveAsync(session, preparation, cancellation);
        return new Cleaned(found is Progress.Half ? "The half-built index was removed." : "The index was removed.", Progress.Nothing);
    }

    // Leaves are built; a plain table is its own only leaf.
    private IEnumerable<CreateIndexSpec> Parts(Preparation preparation)
        => preparation.Partitions.Count == 0 ? [spec] : preparation.Partitions.Where(p => p.Leaf).Select(SpecOf);

    private static async Task BuildAsync(ActingWriter session, CreateIndexSpec part, Action<string, double?> progress, CancellationToken cancellation)
    {
        // An invalid one of our name serves nobody and would make the statement fail: it goes first.
        if (await ConcurrentIndex.StateAsync(session, part.Schema, part.Name, cancellation) is { } existing)
        {
            if (existing.Valid)
            {
                return;
            }

            await ConcurrentIndex.DropAsync(session, part.Schema, part.Name, cancellation);
        }

        await ConcurrentIndex.BuildAsync(session, part.ToSql(concurrently: true), progress, cancellation);
    }

    private async Task JoinAsync(ActingWriter session, Action<string, double?> progress, CancellationToken cancellation)
    {
        progress("joining the partitions' indexes", null);
        await session.ExecuteBrieflyAsync(OnOnly(spec), BriefAttempts, cancellation);

        // A partition that came meanwhile is built now; one that comes from here on gets its index from its parent.
        var tree = await TreeAsync(session, cancellation);
        foreach (var parent in tree.Where(p => !p.Leaf))
        {
            if (await ConcurrentIndex.StateAsync(session, parent.Schema, SpecOf(parent).Name, cancellation) is null)
            {
                await session.ExecuteBrieflyAsync(OnOnly(SpecOf(parent)), BriefAttempts, cancellation);
            }
        }

        foreach (var node in tree.Reverse())
        {
            if (node.Leaf)
            {
                await BuildAsync(session, SpecOf(node), progress, cancellation);
            }

            await session.ExecuteBrieflyAsync(Attach(node), BriefAttempts, cancellation);
        }
    }

    private async Task RemoveAsync(ActingWriter session, Preparation preparation, CancellationToken cancellation)
    {
        await session.BecomeAsync(preparation.Role, cancellation);
        if (preparation.Partitions.Count == 0)
        {
            await ConcurrentIndex.DropAsync(session, spec.Schema, spec.Name, cancellation);
            return;
        }

        // A partitioned index cannot be dropped concurrently; its parts go with it, those not attached yet one by one.
        if (await ConcurrentIndex.StateAsync(session, spec.Schema, spec.Name, cancellation) is not null)
        {
            await session.ExecuteBrieflyAsync(PlainDrop(spec.Schema, spec.Name), BriefAttempts, cancellation);
        }

        foreach (var node in preparation.Partitions)
        {
            var part = SpecOf(node);
            if (await ConcurrentIndex.StateAsync(session, part.Schema, part.Name, cancellation) is null)
            {
                continue;
            }

            if (node.Leaf)
            {
                await ConcurrentIndex.DropAsync(session, part.Schema, part.Name, cancellation);
            }
            else
            {
                await session.ExecuteBrieflyAsync(PlainDrop(part.Schema, part.Name), BriefAttempts, cancellation);
            }
        }
    }

    private async Task<Preparation> PrepareAsync(PostgresReader reader, TableState table, CancellationToken cancellation) => new()
    {
        Role = ConcurrentIndex.RoleFor(table),
        Partitions = table.Kind is "p"
            ? await reader.QueryAsync<PartitionNode>(SqlResource.Load("Change/Sql/partition_tree.sql"), new { schema = spec.Schema, table = spec.Table }, cancellation)
            : [],
    };

    private Task<IReadOnlyList<PartitionNode>> TreeAsync(ActingWriter session, CancellationToken cancellation)
        => session.QueryAsync<PartitionNode>(SqlResource.Load("Change/Sql/partition_tree.sql"), new { schema = spec.Schema, table = spec.Table }, cancellation);

    // Names that Almanac derives hold a digest of the definition; another name has to prove it.
    private static bool IsOurs(IndexState state, CreateIndexSpec part)
        => state.IsIndex && state.TableSchema == part.Schema && state.Table == part.Table
            && (part.Name == IndexNames.For(part.Table, part.Body(), part.Keys) || SameDefinition(state.Definition, part));

    private static bool SameDefinition(string? definition, CreateIndexSpec part)
    {
        var body = part.AccessMethod == "btree" ? "USING btree " + part.Body() : part.Body();
        return definition is not null && Bare(definition).EndsWith(Bare(body), StringComparison.Ordinal);
    }

    // The server normalises blanks, parentheses and quotes; what remains must agree.
    private static string Bare(string sql) => string.Concat(sql.Where(c => !char.IsWhiteSpace(c) && c is not ('(' or ')' or '"'))).ToLowerInvariant();

    private CreateIndexSpec SpecOf(PartitionNode node)
        => spec with { Schema = node.Schema, Table = node.Name, Name = IndexNames.For(node.Name, spec.Body(), spec.Keys) };

    private string Attach(PartitionNode node)
    {
        var (schema, name) = node.ParentSchema == spec.Schema && node.Parent == spec.Table
            ? (spec.Schema, spec.Name)
            : (node.ParentSchema, IndexNames.For(node.Parent, spec.Body(), spec.Keys));
        return $"ALTER INDEX {SqlText.Quote(schema)}.{SqlText.Quote(name)} ATTACH PARTITION {SqlText.Quote(node.Schema)}.{SqlText.Quote(SpecOf(node).Name)}";
    }

    private static string OnOnly(CreateIndexSpec part) => $"CREATE INDEX {SqlText.Quote(part.Name)} ON ONLY {part.Subject} {part.Body()}";

    private static string PlainDrop(string schema, string name) => $"DROP INDEX {SqlText.Quote(schema)}.{SqlText.Quote(name)}";
}
