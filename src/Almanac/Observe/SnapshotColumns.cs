using Almanac.Model;
using NodaTime;

namespace Almanac.Observe;

/// <summary>Rows of counters as the store takes them (one array a column) and gives them back.</summary>
internal static class SnapshotColumns
{
    public static object Of(int target, Instant takenAt, IReadOnlyList<Stored<StatementCounters>> rows) => new
    {
        target_id = target,
        taken_at = takenAt,
        user_id = Column(rows, s => (long)s.Key.UserId),
        query_id = Column(rows, s => s.Key.QueryId),
        top_level = Column(rows, s => s.Key.TopLevel),
        gone = rows.Select(r => r.Gone).ToArray(),
        calls = Column(rows, s => s.Calls),
        total_ms = Column(rows, s => s.TotalMs),
        std_dev_ms = Column(rows, s => s.StdDevMs),
        rows = Column(rows, s => s.Rows),
        shared_hit = Column(rows, s => s.SharedHit),
        shared_read = Column(rows, s => s.SharedRead),
        shared_dirtied = Column(rows, s => s.SharedDirtied),
        temp_read = Column(rows, s => s.TempRead),
        temp_written = Column(rows, s => s.TempWritten),
        wal_bytes = Column(rows, s => s.WalBytes),
    };

    public static object Of(int target, Instant takenAt, IReadOnlyList<Stored<RelationCounters>> rows) => new
    {
        target_id = target,
        taken_at = takenAt,
        oid = Column(rows, r => (long)r.Oid),
        gone = rows.Select(r => r.Gone).ToArray(),
        schema = Column(rows, r => r.Schema),
        name = Column(rows, r => r.Name),
        bytes = Column(rows, r => r.Bytes),
        row_estimate = Column(rows, r => r.RowEstimate),
        seq_scans = Column(rows, r => r.SeqScans),
        seq_rows = Column(rows, r => r.SeqRows),
        index_scans = Column(rows, r => r.IndexScans),
        inserts = Column(rows, r => r.Inserts),
        updates = Column(rows, r => r.Updates),
        hot_updates = Column(rows, r => r.HotUpdates),
        deletes = Column(rows, r => r.Deletes),
        live_rows = Column(rows, r => r.LiveRows),
        dead_rows = Column(rows, r => r.DeadRows),
        last_vacuum = Column(rows, r => r.LastVacuum?.ToDateTimeUtc()),
        last_analyze = Column(rows, r => r.LastAnalyze?.ToDateTimeUtc()),
        frozen_xid_age = Column(rows, r => r.FrozenXidAge),
    };

    public static object Of(int target, Instant takenAt, IReadOnlyList<Stored<IndexCounters>> rows) => new
    {
        target_id = target,
        taken_at = takenAt,
        oid = Column(rows, i => (long)i.Oid),
        gone = rows.Select(r => r.Gone).ToArray(),
        table_oid = Column(rows, i => (long)i.TableOid),
        name = Column(rows, i => i.Name),
        bytes = Column(rows, i => i.Bytes),
        scans = Column(rows, i => i.Scans),
        valid = Column(rows, i => i.Valid),
    };

    private static TColumn[] Column<T, TColumn>(IReadOnlyList<Stored<T>> rows, Func<T, TColumn> column) => [.. rows.Select(r => column(r.Row))];

    public sealed record StatementRow
    {
        public required long UserId { get; init; }
        public required long QueryId { get; init; }
        public required bool TopLevel { get; init; }
        public required long Calls { get; init; }
        public required double TotalMs { get; init; }
        public required double StdDevMs { get; init; }
        public required long Rows { get; init; }
        public required long SharedHit { get; init; }
        public required long SharedRead { get; init; }
        public required long SharedDirtied { get; init; }
        public required long TempRead { get; init; }
        public required long TempWritten { get; init; }
        public required long WalBytes { get; init; }

        public StatementCounters ToCounters() => new()
        {
            Key = new StatementKey((uint)UserId, QueryId, TopLevel),
            Calls = Calls,
            TotalMs = TotalMs,
            StdDevMs = StdDevMs,
            Rows = Rows,
            SharedHit = SharedHit,
            SharedRead = SharedRead,
            SharedDirtied = SharedDirtied,
            TempRead = TempRead,
            TempWritten = TempWritten,
            WalBytes = WalBytes,
        };
    }

    public sealed record RelationRow
    {
        public required long Oid { get; init; }
        public required string Schema { get; init; }
        public required string Name { get; init; }
        public required long Bytes { get; init; }
        public required double RowEstimate { get; init; }
        public required long SeqScans { get; init; }
        public required long SeqRows { get; init; }
        public required long IndexScans { get; init; }
        public required long Inserts { get; init; }
        public required long Updates { get; init; }
        public required long HotUpdates { get; init; }
        public required long Deletes { get; init; }
        public required long LiveRows { get; init; }
        public required long DeadRows { get; init; }
        public Instant? LastVacuum { get; init; }
        public Instant? LastAnalyze { get; init; }
        public required long FrozenXidAge { get; init; }

        public RelationCounters ToCounters() => new()
        {
            Oid = (uint)Oid,
            Schema = Schema,
            Name = Name,
            Bytes = Bytes,
            RowEstimate = RowEstimate,
            SeqScans = SeqScans,
            SeqRows = SeqRows,
            IndexScans = IndexScans,
            Inserts = Inserts,
            Updates = Updates,
            HotUpdates = HotUpdates,
            Deletes = Deletes,
            LiveRows = LiveRows,
            DeadRows = DeadRows,
            LastVacuum = LastVacuum,
            LastAnalyze = LastAnalyze,
            FrozenXidAge = FrozenXidAge,
        };
    }

    public sealed record IndexRow
    {
        public required long Oid { get; init; }
        public required long TableOid { get; init; }
        public required string Name { get; init; }
        public required long Bytes { get; init; }
        public required long Scans { get; init; }
        public required bool Valid { get; init; }

        public IndexCounters ToCounters() => new() { Oid = (uint)Oid, TableOid = (uint)TableOid, Name = Name, Bytes = Bytes, Scans = Scans, Valid = Valid };
    }
}
