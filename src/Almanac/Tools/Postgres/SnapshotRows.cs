using Almanac.Model;
using NodaTime;
using Npgsql;

namespace Almanac.Tools.Postgres;

/// <summary>What a snapshot session learns about its server when it opens.</summary>
internal sealed record SnapshotIdentity(
    string SystemIdentifier, string Database, uint DatabaseOid, int VersionNumber, int BlockSize, bool IsSuperUser, bool LibraryLoaded, string? ExtensionSchema, Version? Extension)
{
    public bool HasStatements => LibraryLoaded && Extension is not null && Extension >= new Version(1, 8);

    public bool HasTopLevel => HasStatements && Extension >= new Version(1, 9);
}

/// <summary>What changes slowly and costs much: settings, and the exact size of each relation, the database's own under oid 0.</summary>
internal sealed record SlowPart(Instant ReadAt, IReadOnlyList<SettingValue> Settings, IReadOnlyDictionary<uint, long> Sizes);

/// <summary>Turns the batch's result sets into a snapshot, by position: 5,000 rows a tick are worth not looking names up.</summary>
internal static class SnapshotRows
{
    /// <summary>The queries of the batch, in the order in which <see cref="ReadAsync"/> reads their results.</summary>
    public static readonly IReadOnlyList<string> Order = ["server", "relations", "indexes", "activity", "replication", "database", "wal", "bgwriter", "locks"];

    /// <summary>Those that follow when the slow part is due.</summary>
    public static readonly IReadOnlyList<string> SlowOrder = ["settings", "sizes"];

    /// <summary>Those that follow when pg_stat_statements can be read.</summary>
    public static readonly IReadOnlyList<string> StatementOrder = ["statements_info", "statements"];

    public static SnapshotIdentity Identity(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetFieldValue<uint>(2),
        row.GetInt32(3),
        row.GetInt32(4),
        row.GetBoolean(5),
        row.GetBoolean(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.IsDBNull(8) ? null : Version.Parse(row.GetString(8)));

    /// <summary>Reads one batch's results; <paramref name="slow"/> is the slow part read earlier, null when this batch holds a new one.</summary>
    public static async Task<(ServerSnapshot Snapshot, SlowPart Slow)> ReadAsync(
        NpgsqlDataReader rows, SnapshotIdentity identity, SlowPart? slow, CancellationToken cancellation)
    {
        await rows.ReadAsync(cancellation);
        var (takenAt, inRecovery, startedAt, resetAt) = (At(rows, 0)!.Value, rows.GetBoolean(1), At(rows, 2)!.Value, At(rows, 3));
        var relations = await NextListAsync(rows, Relation, cancellation);
        var indexes = await NextListAsync(rows, Index, cancellation);
        await NextRowAsync(rows, cancellation);
        var activity = new ActivityCounts(rows.GetInt32(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetDouble(4));
        var replication = await NextListAsync(rows, Replication, cancellation);
        var database = await DatabaseAsync(rows, cancellation);
        await NextRowAsync(rows, cancellation);
        var locks = new LockCounts(rows.GetInt32(0), rows.GetDouble(1));
        if (slow is null)
        {
            var settings = await NextListAsync(rows, Setting, cancellation);
            var sizes = await NextListAsync(rows, row => (Oid: row.GetFieldValue<uint>(0), Bytes: row.IsDBNull(1) ? 0 : row.GetInt64(1)), cancellation);
            slow = new SlowPart(takenAt, settings, sizes.ToDictionary(s => s.Oid, s => s.Bytes));
        }

        Instant? statementsResetAt = null;
        long evicted = 0;
        IReadOnlyList<StatementCounters>? statements = null;
        if (identity.HasStatements)
        {
            await NextRowAsync(rows, cancellation);
            (statementsResetAt, evicted) = (At(rows, 0), rows.GetInt64(1));
            statements = await NextListAsync(rows, Statement, cancellation);
        }

        // A table's index scans are those of its indexes; adding them up here saves the server the join.
        var scans = indexes.GroupBy(i => i.TableOid).ToDictionary(g => g.Key, g => g.Sum(i => i.Scans));
        long Bytes(uint oid, long pages) => slow.Sizes.TryGetValue(oid, out var bytes) ? bytes : pages * identity.BlockSize;
        return (
            new ServerSnapshot
            {
                TakenAt = takenAt,
                Server = new ServerIdentity
                {
                    SystemIdentifier = identity.SystemIdentifier,
                    Database = identity.Database,
                    DatabaseOid = identity.DatabaseOid,
                    VersionNumber = identity.VersionNumber,
                    InRecovery = inRecovery,
                    StartedAt = startedAt,
                    StatsResetAt = resetAt,
                    StatementsResetAt = statementsResetAt,
                },
                Statements = statements,
                StatementsEvicted = evicted,
                Relations = [.. relations.Select(r => r with { Bytes = Bytes(r.Oid, r.Bytes), IndexScans = scans.GetValueOrDefault(r.Oid) })],
                Indexes = [.. indexes.Select(i => i with { Bytes = Bytes(i.Oid, i.Bytes) })],
                Settings = slow.Settings,
                Activity = activity,
                Replication = replication,
                Database = database with { Bytes = slow.Sizes[0] },
                Locks = locks,
            },
            slow);
    }

    private static async Task<DatabaseCounters> DatabaseAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        await NextRowAsync(rows, cancellation);
        var database = new DatabaseCounters
        {
            Bytes = 0,
            Commits = rows.GetInt64(0),
            Rollbacks = rows.GetInt64(1),
            BlocksHit = rows.GetInt64(2),
            BlocksRead = rows.GetInt64(3),
            TempFiles = rows.GetInt64(4),
            TempBytes = rows.GetInt64(5),
            Deadlocks = rows.GetInt64(6),
            WalRecords = 0,
            WalBytes = 0,
            CheckpointsTimed = 0,
            CheckpointsRequested = 0,
            BuffersCheckpoint = 0,
            BuffersBackend = 0,
        };
        await NextRowAsync(rows, cancellation);
        database = database with { WalRecords = rows.GetInt64(0), WalBytes = rows.GetInt64(1) };
        await NextRowAsync(rows, cancellation);
        return database with
        {
            CheckpointsTimed = rows.GetInt64(0),
            CheckpointsRequested = rows.GetInt64(1),
            BuffersCheckpoint = rows.GetInt64(2),
            BuffersBackend = rows.GetInt64(3),
        };
    }

    private static async Task NextRowAsync(NpgsqlDataReader rows, CancellationToken cancellation)
    {
        await rows.NextResultAsync(cancellation);
        await rows.ReadAsync(cancellation);
    }

    private static async Task<List<T>> NextListAsync<T>(NpgsqlDataReader rows, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
    {
        await rows.NextResultAsync(cancellation);
        var list = new List<T>();
        while (await rows.ReadAsync(cancellation))
        {
            list.Add(map(rows));
        }

        return list;
    }

    private static StatementCounters Statement(NpgsqlDataReader row) => new()
    {
        Key = new StatementKey(row.GetFieldValue<uint>(0), row.GetInt64(1), row.GetBoolean(2)),
        Calls = row.GetInt64(3),
        TotalMs = row.GetDouble(4),
        StdDevMs = row.GetDouble(5),
        Rows = row.GetInt64(6),
        SharedHit = row.GetInt64(7),
        SharedRead = row.GetInt64(8),
        SharedDirtied = row.GetInt64(9),
        TempRead = row.GetInt64(10),
        TempWritten = row.GetInt64(11),

        // The server's own cast of numeric costs it more than all other columns together.
        WalBytes = (long)row.GetDecimal(12),
    };

    private static RelationCounters Relation(NpgsqlDataReader row) => new()
    {
        Oid = row.GetFieldValue<uint>(0),
        Schema = row.GetString(1),
        Name = row.GetString(2),

        // Pages still, until the sizes are known.
        Bytes = row.GetInt32(3),
        RowEstimate = row.GetDouble(4),
        SeqScans = row.GetInt64(5),
        SeqRows = row.GetInt64(6),
        IndexScans = 0,
        Inserts = row.GetInt64(7),
        Updates = row.GetInt64(8),
        HotUpdates = row.GetInt64(9),
        Deletes = row.GetInt64(10),
        LiveRows = row.GetInt64(11),
        DeadRows = row.GetInt64(12),
        LastVacuum = At(row, 13),
        LastAnalyze = At(row, 14),
        FrozenXidAge = row.GetInt64(15),
    };

    private static IndexCounters Index(NpgsqlDataReader row) => new()
    {
        Oid = row.GetFieldValue<uint>(0),
        TableOid = row.GetFieldValue<uint>(1),
        Name = row.GetString(2),

        // Pages still, until the sizes are known.
        Bytes = row.GetInt32(3),
        Scans = row.GetInt64(4),
        Valid = row.GetBoolean(5),
    };

    private static SettingValue Setting(NpgsqlDataReader row) => new()
    {
        Name = row.GetString(0),
        Value = row.IsDBNull(1) ? string.Empty : row.GetString(1),
        Unit = row.IsDBNull(2) ? null : row.GetString(2),
        Context = row.GetString(3),
        Source = row.GetString(4),
        BootValue = row.IsDBNull(5) ? null : row.GetString(5),
        PendingRestart = row.GetBoolean(6),
    };

    private static ReplicationState Replication(NpgsqlDataReader row)
        => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetDouble(3), row.GetInt64(4));

    private static Instant? At(NpgsqlDataReader row, int column)
        => row.IsDBNull(column) ? null : Instant.FromDateTimeUtc(row.GetDateTime(column));
}
