using NodaTime;

namespace Almanac.Model;

/// <summary>Everything one tick read from one database, in one batch; counters are cumulative as the server keeps them.</summary>
public sealed record ServerSnapshot
{
    /// <summary>The server's clock when the batch ran.</summary>
    public required Instant TakenAt { get; init; }

    /// <summary>Which database was read.</summary>
    public required ServerIdentity Server { get; init; }

    /// <summary>Statement counters of this database, own statements excluded; null when pg_stat_statements is missing.</summary>
    public IReadOnlyList<StatementCounters>? Statements { get; init; }

    /// <summary>Entries evicted from pg_stat_statements since its last reset (<c>pg_stat_statements_info.dealloc</c>).</summary>
    public long StatementsEvicted { get; init; }

    /// <summary>User tables.</summary>
    public IReadOnlyList<RelationCounters> Relations { get; init; } = [];

    /// <summary>User indexes.</summary>
    public IReadOnlyList<IndexCounters> Indexes { get; init; } = [];

    /// <summary>Settings whose source is not the default, plus those an advisor reads.</summary>
    public IReadOnlyList<SettingValue> Settings { get; init; } = [];

    /// <summary>Sessions by state and wait.</summary>
    public required ActivityCounts Activity { get; init; }

    /// <summary>Connected standbys and slots.</summary>
    public IReadOnlyList<ReplicationState> Replication { get; init; } = [];

    /// <summary>The database's counters, the write-ahead log and the background writer.</summary>
    public required DatabaseCounters Database { get; init; }

    /// <summary>Ungranted locks and the longest wait.</summary>
    public required LockCounts Locks { get; init; }
}

/// <summary>What identifies one pg_stat_statements entry within a database.</summary>
public readonly record struct StatementKey(uint UserId, long QueryId, bool TopLevel);

/// <summary>Cumulative counters of one statement.</summary>
public sealed record StatementCounters
{
    /// <summary>The entry's identity.</summary>
    public required StatementKey Key { get; init; }

    /// <summary>Executions.</summary>
    public required long Calls { get; init; }

    /// <summary>Execution time, in milliseconds.</summary>
    public required double TotalMs { get; init; }

    /// <summary>Population standard deviation of the execution time, in milliseconds.</summary>
    public required double StdDevMs { get; init; }

    /// <summary>Rows returned or affected.</summary>
    public required long Rows { get; init; }

    /// <summary>Shared blocks found in the buffer cache.</summary>
    public required long SharedHit { get; init; }

    /// <summary>Shared blocks read from the operating system.</summary>
    public required long SharedRead { get; init; }

    /// <summary>Shared blocks dirtied.</summary>
    public required long SharedDirtied { get; init; }

    /// <summary>Temporary blocks read.</summary>
    public required long TempRead { get; init; }

    /// <summary>Temporary blocks written.</summary>
    public required long TempWritten { get; init; }

    /// <summary>WAL generated, in bytes.</summary>
    public required long WalBytes { get; init; }

    /// <summary>Sum over the calls of the squared execution time, in ms²; follows from count, mean and deviation.</summary>
    public double SumOfSquaresMs2 => Calls == 0 ? 0 : Calls * ((StdDevMs * StdDevMs) + (TotalMs / Calls * (TotalMs / Calls)));
}

/// <summary>Cumulative counters and sizes of one table.</summary>
public sealed record RelationCounters
{
    public required uint Oid { get; init; }
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

    /// <summary>Age of the oldest unfrozen transaction, in transactions.</summary>
    public required long FrozenXidAge { get; init; }
}

/// <summary>Cumulative counters and size of one index.</summary>
public sealed record IndexCounters
{
    public required uint Oid { get; init; }
    public required uint TableOid { get; init; }
    public required string Name { get; init; }
    public required long Bytes { get; init; }
    public required long Scans { get; init; }
    public required bool Valid { get; init; }
}

/// <summary>One row of pg_settings.</summary>
public sealed record SettingValue
{
    public required string Name { get; init; }

    /// <summary>The value in the setting's own unit, as pg_settings shows it.</summary>
    public required string Value { get; init; }

    /// <summary>The unit, for example <c>kB</c>, <c>8kB</c> or <c>ms</c>; null when it has none.</summary>
    public string? Unit { get; init; }

    /// <summary><c>user</c>, <c>superuser</c>, <c>sighup</c>, <c>postmaster</c> and so on.</summary>
    public required string Context { get; init; }

    /// <summary>Where the value comes from: <c>default</c>, <c>configuration file</c> and so on.</summary>
    public required string Source { get; init; }

    public string? BootValue { get; init; }
    public bool PendingRestart { get; init; }
}

/// <summary>Client sessions of this database, by state, and the oldest transaction.</summary>
public sealed record ActivityCounts(int Active, int Idle, int IdleInTransaction, int Waiting, double OldestTransactionSeconds);

/// <summary>One connected standby or replication slot.</summary>
public sealed record ReplicationState(string Name, string State, long LagBytes, double? ReplayLagSeconds, long RetainedWalBytes);

/// <summary>Locks waited for, and for how long at most.</summary>
public sealed record LockCounts(int Waiting, double LongestWaitSeconds);

/// <summary>pg_stat_database, pg_stat_wal and pg_stat_bgwriter for one tick.</summary>
public sealed record DatabaseCounters
{
    public required long Bytes { get; init; }
    public required long Commits { get; init; }
    public required long Rollbacks { get; init; }
    public required long BlocksHit { get; init; }
    public required long BlocksRead { get; init; }
    public required long TempFiles { get; init; }
    public required long TempBytes { get; init; }
    public required long Deadlocks { get; init; }
    public required long WalRecords { get; init; }
    public required long WalBytes { get; init; }
    public required long CheckpointsTimed { get; init; }
    public required long CheckpointsRequested { get; init; }
    public required long BuffersCheckpoint { get; init; }
    public required long BuffersBackend { get; init; }
}
