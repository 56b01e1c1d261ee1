using System.Security.Cryptography;
using Almanac.Config;
using Almanac.Embedded;
using Almanac.Model;
using Almanac.Tools.Postgres;
using Xunit;

namespace Almanac.Testing;

/// <summary>One real PostgreSQL for a test assembly; each test takes a database of its own. Missing on CI: fails. Missing on a laptop: skips.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private EmbeddedCluster? cluster;
    private string? missing;

    /// <summary>The private cluster.</summary>
    public EmbeddedCluster Cluster
    {
        get
        {
            Assert.SkipWhen(missing is not null, missing ?? string.Empty);
            return cluster!;
        }
    }

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        try
        {
            cluster = await EmbeddedCluster.StartAsync(
                new EmbeddedOptions
                {
                    Purpose = "test",
                    Durable = false,
                    Settings = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["autovacuum"] = "off",
                        ["max_connections"] = "200",
                        ["max_wal_senders"] = "4",
                    },
                },
                TimeProvider.System,
                CancellationToken.None);
        }
        catch (AlmanacException e) when (e.ExitCode is ExitCode.PrerequisiteMissing && Environment.GetEnvironmentVariable("CI") is null)
        {
            missing = e.Message;
        }
    }

    /// <summary>A new database with pg_stat_statements and HypoPG, dropped at the end.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync()
    {
        var name = "t" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        return new TestDatabase(Cluster, await Cluster.CreateDatabaseAsync(name, CancellationToken.None));
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>A database that belongs to one test.</summary>
public sealed class TestDatabase(EmbeddedCluster cluster, PrivateTarget target) : IAsyncDisposable
{
    /// <summary>For scratch sessions.</summary>
    public PrivateTarget Private { get; } = target;

    /// <summary>As a user would give it.</summary>
    public ConnectionTarget Target => Private.Target;

    /// <summary>The same address as a URI over TCP.</summary>
    public string Uri => EmbeddedCluster.UriOf(cluster.Record with { Database = Target.Database });

    /// <summary>A superuser session.</summary>
    public Task<ScratchWriter> OpenScratchAsync() => ScratchWriter.OpenAsync(Private, "test", CancellationToken.None);

    /// <summary>Runs statements in a session of their own; one at a time where a statement refuses a transaction block.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var session = await OpenScratchAsync();
        await session.ExecuteAsync(sql, CancellationToken.None);
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var session = await OpenScratchAsync();
        return await session.ScalarAsync<T>(sql, null, CancellationToken.None);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await using var server = await ScratchWriter.OpenAsync(Private.WithDatabase("postgres"), "test", CancellationToken.None);
        await server.ExecuteAsync($"DROP DATABASE IF EXISTS {SqlText.Quote(Target.Database)} WITH (FORCE)", CancellationToken.None);
    }
}
