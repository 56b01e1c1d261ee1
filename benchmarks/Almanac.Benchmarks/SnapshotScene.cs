using System.Text;
using Almanac.Embedded;
using Almanac.Tools.Postgres;

namespace Almanac.Benchmarks;

/// <summary>The server that is observed: 500 tables, 1,000 indexes, about 5,000 distinct statements.</summary>
internal static class SnapshotScene
{
    public const int Tables = 500;
    public const int Indexes = 1_000;
    public const int Statements = 5_000;

    public static async Task<(EmbeddedCluster Cluster, PrivateTarget Target)> CreateAsync(CancellationToken cancellation)
    {
        var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedOptions
            {
                Purpose = "benchmark",
                Durable = false,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["autovacuum"] = "off", ["pg_stat_statements.max"] = "10000" },
            },
            TimeProvider.System,
            cancellation);
        try
        {
            var target = await cluster.CreateDatabaseAsync("bench", cancellation);
            await FillAsync(target, cancellation);
            return (cluster, target);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private static async Task FillAsync(PrivateTarget target, CancellationToken cancellation)
    {
        await using var session = await ScratchWriter.OpenAsync(target, "benchmark", cancellation);
        for (var table = 0; table < Tables; table++)
        {
            await session.ExecuteAsync(
                $"CREATE TABLE orders_{table} (id int PRIMARY KEY, customer int, placed date, note text); CREATE INDEX ON orders_{table} (customer)", cancellation);
        }

        await session.ExecuteAsync("SELECT pg_stat_statements_reset()", cancellation);
        var shapes = Statements / Tables;
        for (var table = 0; table < Tables; table++)
        {
            var sql = new StringBuilder();
            for (var shape = 0; shape < shapes; shape++)
            {
                // A longer list is another statement, as an application's generated texts are.
                var columns = string.Join(", ", Enumerable.Repeat("customer", shape + 1));
                sql.Append($"SELECT id, placed, note, {columns} FROM orders_{table} WHERE customer = 42 AND placed > date '2027-01-01' ORDER BY placed LIMIT 10;");
            }

            await session.ExecuteAsync(sql.ToString(), cancellation);
        }
    }
}
