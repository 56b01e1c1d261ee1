using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Change.Operations;

/// <summary>An index, or another relation of its name, as the catalog shows it.</summary>
internal sealed record IndexState
{
    public required string Schema { get; init; }
    public required string Name { get; init; }

    /// <summary>pg_class.relkind: i, I for a partitioned index, others for other relations.</summary>
    public required string Kind { get; init; }
    public string? TableSchema { get; init; }
    public string? Table { get; init; }
    public required bool Valid { get; init; }
    public required bool IsUnique { get; init; }
    public required bool IsPrimary { get; init; }
    public required bool ReplicaIdentity { get; init; }
    public required bool Clustered { get; init; }
    public required bool BacksConstraint { get; init; }

    /// <summary>The partitioned index it is attached to.</summary>
    public string? ParentIndex { get; init; }
    public string? Tablespace { get; init; }

    /// <summary>The backend that is building it right now.</summary>
    public int? Builder { get; init; }
    public string? Definition { get; init; }
    public required long Bytes { get; init; }
    public string? SupportsForeignKeys { get; init; }

    public bool IsIndex => Kind is "i" or "I";
}

/// <summary>A table and what this session may do with it.</summary>
internal sealed record TableState
{
    public required string Kind { get; init; }
    public required string Persistence { get; init; }
    public required string Owner { get; init; }
    public required bool ActsAsOwner { get; init; }
    public required bool MayBecomeOwner { get; init; }
    public required bool OwnerMayCreate { get; init; }
    public required bool Standby { get; init; }
    public required long Bytes { get; init; }
    public required string Role { get; init; }
}

/// <summary>What building and dropping indexes concurrently have in common: looking, rights, progress, and removing what is invalid.</summary>
internal static class ConcurrentIndex
{
    private const int DropAttempts = 5;

    public static async Task<IndexState?> StateAsync(PostgresReader reader, string schema, string name, CancellationToken cancellation)
        => (await reader.QueryAsync<IndexState>(SqlResource.Load("Change/Sql/index_state.sql"), new { schema, name }, cancellation)).SingleOrDefault();

    public static async Task<IndexState?> StateAsync(ActingWriter session, string schema, string name, CancellationToken cancellation)
        => (await session.QueryAsync<IndexState>(SqlResource.Load("Change/Sql/index_state.sql"), new { schema, name }, cancellation)).SingleOrDefault();

    /// <summary>The table, with the rights checked.</summary>
    /// <exception cref="AlmanacException">Exit code 12 when it does not exist, this is a standby, or the rights are missing.</exception>
    public static async Task<TableState> TableAsync(PostgresReader reader, string schema, string table, CancellationToken cancellation)
    {
        var name = $"{schema}.{table}";
        var state = await LookAsync(reader, schema, table, cancellation);
        if (await reader.ScalarAsync<bool>("SELECT pg_is_in_recovery()", null, cancellation))
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"{reader.Target.Display} is a standby: it cannot be changed.", "Point Almanac at the primary.");
        }

        if (state is null)
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"The table {name} does not exist (any more).", "Ask for advice again: the schema changed.");
        }

        if (!state.ActsAsOwner && !state.MayBecomeOwner)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"The role {state.Role} may not change {name}: it belongs to {state.Owner}.",
                $"GRANT {SqlText.Quote(state.Owner)} TO {SqlText.Quote(state.Role)}; `almanac init` prints what each role needs.");
        }

        return state;
    }

    /// <summary>The table, whatever the rights; null when it does not exist.</summary>
    public static async Task<TableState?> LookAsync(PostgresReader reader, string schema, string table, CancellationToken cancellation)
        => (await reader.QueryAsync<TableState>(SqlResource.Load("Change/Sql/table_state.sql"), new { schema, table }, cancellation)).SingleOrDefault();

    /// <summary>The role to SET before acting on the table; null where the session's own will do.</summary>
    public static string? RoleFor(TableState table) => table.ActsAsOwner ? null : table.Owner;

    /// <summary>Builds one index and reports its progress from a second, read-only session.</summary>
    public static async Task BuildAsync(ActingWriter session, string statement, Action<string, double?> progress, CancellationToken cancellation)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = BuildWatch.RunAsync(session.Target, session.ProcessId, session.Time, progress, watching.Token);
        try
        {
            await session.ExecuteAsync(statement, cancellation);
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    /// <summary>
    /// Drops an index without blocking, however often it takes. DROP INDEX CONCURRENTLY may itself break off half-way (a deadlock,
    /// an old transaction) and is simply run again.
    /// </summary>
    public static async Task DropAsync(ActingWriter session, string schema, string name, CancellationToken cancellation)
    {
        for (var attempt = 1; await StateAsync(session, schema, name, cancellation) is not null; attempt++)
        {
            try
            {
                await session.ExecuteAsync(DropSql(schema, name), cancellation);
            }
            catch (AlmanacException e) when (attempt < DropAttempts && e.SqlState() is "40P01" or "55P03" or "42704")
            {
                // Somebody else was faster, or in the way: look again.
            }
        }
    }

    public static string DropSql(string schema, string name) => $"DROP INDEX CONCURRENTLY {SqlText.Quote(schema)}.{SqlText.Quote(name)}";
}
