using Almanac.Config;
using Almanac.Model;
using NodaTime;
using Npgsql;

namespace Almanac.Tools.Postgres;

/// <summary>
/// Reads everything one tick needs from one database in one prepared batch, over one session. Works with the rights of
/// pg_monitor, on a standby, and without pg_stat_statements; Almanac's own statements are left out.
/// </summary>
public sealed class SnapshotReader : IAsyncDisposable
{
    private readonly PostgresReader reader;
    private readonly SnapshotIdentity identity;
    private readonly StatementTexts texts = new();
    private readonly SnapshotIntervals intervals;
    private readonly NpgsqlBatch?[] batches = new NpgsqlBatch?[2];
    private Instant? textsReadAt;
    private Instant? lastTick;
    private SlowPart? slow;

    private SnapshotReader(PostgresReader reader, SnapshotIdentity identity, SnapshotIntervals intervals)
        => (this.reader, this.identity, this.intervals) = (reader, identity, intervals);

    /// <summary>What is read.</summary>
    public ConnectionTarget Target => reader.Target;

    /// <summary>Whether statement statistics can be read: the library is loaded, and the extension is there in version 1.8 or later.</summary>
    public bool HasStatements => identity.HasStatements;

    private PostgresClient Client => reader.Client;

    /// <summary>Connects as <c>almanac/{word}</c>.</summary>
    /// <param name="target">The database to read.</param>
    /// <param name="word">The capability that reads.</param>
    /// <param name="cancellation">Stops the attempt.</param>
    /// <param name="timeout">Deadline of one tick; a scheduler gives 80 % of its interval.</param>
    /// <param name="intervals">How often the costly parts are read; null reads them at every tick that needs them.</param>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or refuses the credentials.</exception>
    public static async Task<SnapshotReader> OpenAsync(
        ConnectionTarget target, string word, CancellationToken cancellation, TimeSpan? timeout = null, SnapshotIntervals? intervals = null)
    {
        var reader = await PostgresReader.OpenAsync(target, word, cancellation, timeout);
        try
        {
            var identity = await reader.Client.RunAsync(() => IdentifyAsync(reader.Client, cancellation), "identify the server", cancellation);
            return new SnapshotReader(reader, identity, intervals ?? new SnapshotIntervals());
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>Texts that are known already (from the store), so that they are not read again; null marks a statement of Almanac's own.</summary>
    public void Know(IEnumerable<KeyValuePair<long, string?>> known) => texts.Add(known);

    /// <summary>All texts known so far by queryid, redacted; null marks a statement of Almanac's own.</summary>
    public IReadOnlyDictionary<long, string?> Known => texts.All;

    /// <summary>One tick.</summary>
    public async Task<ServerSnapshot> ReadAsync(CancellationToken cancellation)
    {
        var snapshot = await Client.RunAsync(() => RunBatchAsync(cancellation), "snapshot", cancellation);
        if (snapshot.Statements is not { } statements)
        {
            return snapshot;
        }

        var due = textsReadAt is not { } last || snapshot.TakenAt - last >= intervals.Texts;
        if (due && texts.Unknown(statements) is { Count: > 0 } unknown)
        {
            await ReadTextsAsync(unknown, cancellation);
            textsReadAt = snapshot.TakenAt;
        }

        texts.Forget(statements);
        return snapshot with { Statements = [.. statements.Where(s => texts.IsForeign(s.Key.QueryId))] };
    }

    /// <summary>The redacted texts of these statements, read from the server where they are not known yet; evicted ones are absent.</summary>
    public async Task<IReadOnlyDictionary<long, string>> TextsAsync(IReadOnlyCollection<long> queryIds, CancellationToken cancellation)
    {
        if (HasStatements && queryIds.Where(id => !texts.All.ContainsKey(id)).ToHashSet() is { Count: > 0 } unknown)
        {
            await ReadTextsAsync(unknown, cancellation);
        }

        return texts.Of(queryIds);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var batch in batches.OfType<NpgsqlBatch>())
        {
            await batch.DisposeAsync();
        }

        await reader.DisposeAsync();
    }

    private static async Task<SnapshotIdentity> IdentifyAsync(PostgresClient client, CancellationToken cancellation)
    {
        SnapshotIdentity identity;
        await using (var command = new NpgsqlCommand(OwnStatement.Mark(Sql("identity", 0)), client.Connection))
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            identity = SnapshotRows.Identity(row);
        }

        // The extension may live in any schema; nothing but it and the catalog is ever named.
        var path = identity.ExtensionSchema is { } schema ? $"pg_catalog, {SqlText.Quote(schema)}" : "pg_catalog";
        await client.ExecuteAsync("select set_config('search_path', @path, false)", new { path }, cancellation);
        if (identity is { IsSuperUser: true, HasStatements: true })
        {
            // Only a superuser may: the mark does the same for everybody else, at the cost of the entries.
            await client.ExecuteAsync("set pg_stat_statements.track = 'none'", null, cancellation);
        }

        return identity;
    }

    private static string Sql(string name, int major) => SqlResource.Load($"Tools/Postgres/Sql/Snapshot/{name}.sql", major);

    private async Task<ServerSnapshot> RunBatchAsync(CancellationToken cancellation)
    {
        var known = slow is not null && lastTick - slow.ReadAt < intervals.Slow ? slow : null;
        var batch = batches[known is null ? 0 : 1];
        if (batch is null)
        {
            batch = CreateBatch(withSlowPart: known is null);
            await batch.PrepareAsync(cancellation);
            batches[known is null ? 0 : 1] = batch;
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        (var snapshot, slow) = await SnapshotRows.ReadAsync(rows, identity, known, cancellation);
        lastTick = snapshot.TakenAt;
        return snapshot;
    }

    private NpgsqlBatch CreateBatch(bool withSlowPart)
    {
        var created = new NpgsqlBatch(Client.Connection);
        void Add(IEnumerable<string> names, int version)
        {
            foreach (var name in names)
            {
                created.BatchCommands.Add(new NpgsqlBatchCommand(OwnStatement.Mark(Sql(name, version))));
            }
        }

        var major = identity.VersionNumber / 10_000;
        Add(SnapshotRows.Order, major);
        Add(withSlowPart ? SnapshotRows.SlowOrder : [], major);

        // An upgraded server may still have the extension as it was before.
        Add(identity.HasStatements ? SnapshotRows.StatementOrder : [], identity.HasTopLevel ? major : 13);
        return created;
    }

    private Task<bool> ReadTextsAsync(HashSet<long> queryIds, CancellationToken cancellation) => Client.RunAsync(
        async () =>
        {
            await using var command = new NpgsqlCommand(OwnStatement.Mark(Sql("texts", 0)), Client.Connection)
            {
                Parameters = { new NpgsqlParameter<long[]> { TypedValue = [.. queryIds] } },
            };
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            while (await rows.ReadAsync(cancellation))
            {
                texts.AddRaw(rows.GetInt64(0), rows.GetString(1));
            }

            return true;
        },
        "statement texts",
        cancellation);
}

/// <summary>How often the parts of a snapshot that cost the server most are read; zero is every tick. A scheduler gives ten minutes.</summary>
public sealed record SnapshotIntervals
{
    /// <summary>Settings and exact sizes; in between the last ones are repeated, and a new relation's size is the planner's page count.</summary>
    public Duration Slow { get; init; }

    /// <summary>Texts of new statements, since the server reads all of them each time; until then a new statement is held back.</summary>
    public Duration Texts { get; init; }
}
