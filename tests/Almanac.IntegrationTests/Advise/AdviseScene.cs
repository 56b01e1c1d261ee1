using Almanac.Advise;
using Almanac.Advise.Indexes;
using Almanac.Model;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.IntegrationTests.Advise;

/// <summary>A small real database, the statements that ran on it, and the advice they lead to.</summary>
internal sealed class AdviseScene(TestDatabase database) : IAsyncDisposable
{
    public TestDatabase Database => database;

    public static async Task<AdviseScene> CreateAsync(PostgresFixture postgres, params string[] setup)
    {
        var scene = new AdviseScene(await postgres.CreateDatabaseAsync());
        await scene.ExecuteAsync(setup);
        await scene.ForgetAsync();
        return scene;
    }

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var session = await database.OpenScratchAsync();
        foreach (var statement in statements)
        {
            await session.ExecuteAsync(statement, CancellationToken.None);
        }
    }

    /// <summary>Runs each statement several times, as an application would.</summary>
    public async Task RunAsync(int times, params string[] statements)
    {
        for (var i = 0; i < times; i++)
        {
            await ExecuteAsync(statements);
        }
    }

    /// <summary>Starts a new window.</summary>
    public Task ForgetAsync() => ExecuteAsync("SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)");

    public async Task<Workload> WorkloadAsync()
    {
        await using var session = await database.OpenScratchAsync();
        var rows = await session.QueryAsync<Row>(
            """
            SELECT queryid AS query_id, query, calls, total_exec_time AS total_ms, rows
            FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query !~* 'pg_'
            """,
            null,
            CancellationToken.None);
        return Of([.. rows.Select(r => Statement(r.QueryId, SqlText.Redact(r.Query), r.Calls, r.TotalMs, r.Rows))]);
    }

    public static Workload Of(IReadOnlyList<WorkloadStatement> statements) => new()
    {
        Server = new ServerIdentity
        {
            SystemIdentifier = "1",
            Database = "test",
            DatabaseOid = 1,
            VersionNumber = 150000,
            InRecovery = false,
            StartedAt = Instant.FromUtc(2027, 1, 4, 8, 0),
        },
        To = Instant.FromUtc(2027, 1, 5, 8, 0),
        Statements = statements,
    };

    public static WorkloadStatement Statement(long id, string text, long calls, double totalMs, long rows = 0) => new()
    {
        QueryId = id,
        Text = text,
        Kind = SqlText.KindOf(text),
        Calls = calls,
        TotalMs = totalMs,
        SumOfSquaresMs2 = totalMs * totalMs / Math.Max(1, calls),
        Rows = rows,
        SharedHit = 0,
        SharedRead = 0,
        TempWritten = 0,
        WalBytes = 0,
    };

    public async Task<Catalog> CatalogAsync()
    {
        await using var reader = await PostgresReader.OpenAsync(database.Target, "test", CancellationToken.None);
        return await CatalogReader.ReadAsync(reader, CancellationToken.None);
    }

    public Task<IndexAdvice> AdviseAsync() => AdviseAsync(null, new AdviseLimits());

    public async Task<IndexAdvice> AdviseAsync(Workload? workload, AdviseLimits limits, IReadOnlySet<string>? rejected = null)
    {
        await using var whatIf = await WhatIfReader.OpenAsync(database.Target, null, CancellationToken.None);
        var input = new AdviseInput
        {
            Target = "1/test",
            Catalog = await CatalogAsync(),
            Workload = workload ?? await WorkloadAsync(),
            RecentlyRejected = rejected ?? new HashSet<string>(),
        };
        return await IndexAdvisor.AdviseAsync(input, whatIf, limits, CancellationToken.None);
    }

    /// <summary>Builds what was proposed.</summary>
    public Task BuildAsync(IndexAdvice advice) => ExecuteAsync([.. advice.Changes.Select(c => ((CreateIndexSpec)c.Operation).ToSql(concurrently: true))]);

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private sealed record Row
    {
        public long QueryId { get; init; }
        public string Query { get; init; } = string.Empty;
        public long Calls { get; init; }
        public double TotalMs { get; init; }
        public long Rows { get; init; }
    }
}
