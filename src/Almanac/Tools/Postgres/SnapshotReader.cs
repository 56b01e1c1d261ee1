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
    private readonly Duration textInterval;
    private NpgsqlBatch? batch;
    private Instant? textsReadAt;

    private SnapshotReader(PostgresReader reader, SnapshotIdentity identity, Duration textInterval)
        => (this.reader, this.identity, this.textInterval) = (reader, identity, textInterval);

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
    /// <param name="textInterval">The texts of new statements are read at most this often, since the server reads all of
    /// them each time; until then a new statement is held back. Zero reads them at every tick that needs to.</param>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached or refuses the credentials.</exception>
    public static async Task<SnapshotReader> OpenAsync(
        ConnectionTarget target, string word, CancellationToken cancellation, TimeSpan? timeout = null, Duration textInterval = default)
    {
        var reader = await PostgresReader.OpenAsync(target, word, cancellation, timeout);
        try
        {
            var identity = await reader.Client.RunAsync(() => IdentifyAsync(reader.Client, cancellation), "identify the server", cancellation);
            return new SnapshotReader(reader, identity, textInterval);
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

        var due = textsReadAt is not { } last || snapshot.TakenAt - last >= textInterval;
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
        if (batch is not null)
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
        if (batch is null)
        {
            batch = CreateBatch();
            await batch.PrepareAsync(cancellation);
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellation);
        var snapshot = await SnapshotRows.ReadAsync(rows, identity, cancellation);
        return snapshot;
    }

    private NpgsqlBatch CreateBatch()
    {
        var major = identity.VersionNumber / 10_000;
        var created = new NpgsqlBatch(Client.Connection);
        foreach (var name in SnapshotRows.Order)
        {
            created.BatchCommands.Add(new NpgsqlBatchCommand(OwnStatement.Mark(Sql(name, major))));
        }

        if (identity.HasStatements)
        {
            // An upgraded server may still have the extension as it was before.
            foreach (var name in SnapshotRows.StatementOrder)
            {
                created.BatchCommands.Add(new NpgsqlBatchCommand(OwnStatement.Mark(Sql(name, identity.HasTopLevel ? major : 13))));
            }
        }

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
