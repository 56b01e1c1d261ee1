using Almanac.Model;
using NodaTime;

namespace Almanac.Tools.Postgres;

/// <summary>Reads the statement counters of one database again and again, for the windows before and after a change.</summary>
public sealed class StatementCountersReader
{
    private readonly PostgresReader reader;
    private readonly string counters;
    private readonly string texts;
    private readonly string reset;

    private StatementCountersReader(PostgresReader reader, string schema)
    {
        this.reader = reader;
        counters = SqlResource.Load("Tools/Postgres/Sql/verification_counters.sql").Replace("{schema}", SqlText.Quote(schema), StringComparison.Ordinal);
        reset = $"SELECT stats_reset FROM {SqlText.Quote(schema)}.pg_stat_statements_info";
        texts = SqlResource.Load("Tools/Postgres/Sql/verification_texts.sql").Replace("{schema}", SqlText.Quote(schema), StringComparison.Ordinal);
    }

    /// <summary>Null when the database has no pg_stat_statements: then traffic cannot be measured.</summary>
    public static async Task<StatementCountersReader?> CreateAsync(PostgresReader reader, CancellationToken cancellation)
    {
        var schemas = await reader.QueryAsync<string>(
            "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'", null, cancellation);
        if (schemas.Count == 0)
        {
            return null;
        }

        var created = new StatementCountersReader(reader, schemas[0]);
        try
        {
            await created.ReadAsync(cancellation);
            return created;
        }
        catch (AlmanacException e) when (e.Data["sqlstate"] is "55000" or "42501")
        {
            // Installed but not in shared_preload_libraries, or not readable by this role.
            return null;
        }
    }

    /// <summary>The counters now, cumulative.</summary>
    public async Task<IReadOnlyList<StatementCounters>> ReadAsync(CancellationToken cancellation)
        => [.. (await reader.QueryAsync<Row>(counters, null, cancellation)).Select(r => r.ToCounters())];

    /// <summary>Since when the counters have been running.</summary>
    public Task<Instant> ResetAtAsync(CancellationToken cancellation) => reader.ScalarAsync<Instant>(reset, null, cancellation);

    /// <summary>Redacted texts; Almanac's own statements are left out.</summary>
    public async Task<IReadOnlyDictionary<long, string>> TextsAsync(IReadOnlyCollection<long> queryIds, CancellationToken cancellation)
        => (await reader.QueryAsync<TextRow>(texts, new { ids = queryIds.ToArray() }, cancellation))
            .Where(t => !t.Text.Contains("/* almanac", StringComparison.Ordinal) && !t.Text.Contains("almanac.", StringComparison.Ordinal))
            .ToDictionary(t => t.QueryId, t => SqlText.Redact(t.Text));

    /// <summary>Calls that run right now in other sessions, longest first: query id and milliseconds so far.</summary>
    public async Task<IReadOnlyList<(long QueryId, double RunningMs)>> RunningAsync(CancellationToken cancellation)
        => [.. (await reader.QueryAsync<RunningRow>(SqlResource.Load("Tools/Postgres/Sql/verification_running.sql"), null, cancellation))
            .OrderByDescending(r => r.RunningMs).Select(r => (r.QueryId, r.RunningMs))];

    /// <summary>The names under which statements can reach a table: its own, its partitions', its parents' and those of views over them.</summary>
    public async Task<IReadOnlySet<string>> NamesOfAsync(string schema, string table, CancellationToken cancellation)
        => (await reader.QueryAsync<string>(SqlResource.Load("Tools/Postgres/Sql/related_relations.sql"), new { schema, table }, cancellation)).ToHashSet(StringComparer.Ordinal);

    private sealed record TextRow
    {
        public required long QueryId { get; init; }
        public required string Text { get; init; }
    }

    private sealed record RunningRow
    {
        public required long QueryId { get; init; }
        public required double RunningMs { get; init; }
    }

    private sealed record Row
    {
        public required uint UserId { get; init; }
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
            Key = new StatementKey(UserId, QueryId, TopLevel),
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
}
