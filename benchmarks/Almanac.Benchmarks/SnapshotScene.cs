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

    private static readonly string[] Columns =
    [
        "customer_id", "vendor_id", "venue_id", "status", "currency", "amount_minor", "discount_minor", "tax_minor",
        "placed_on", "confirmed_on", "cancelled_on", "updated_on",
    ];

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
            var columns = string.Join(", ", Columns.Select(c => c + " int"));
            await session.ExecuteAsync(
                $"CREATE TABLE orders_{table} (id int PRIMARY KEY, {columns}); INSERT INTO orders_{table} SELECT i FROM generate_series(1, 100) i; "
                + $"CREATE INDEX ON orders_{table} (customer_id)",
                cancellation);
        }

        await session.ExecuteAsync("VACUUM ANALYZE", cancellation);
        await session.ExecuteAsync("SELECT pg_stat_statements_reset()", cancellation);
        for (var table = 0; table < Tables; table++)
        {
            var sql = new StringBuilder();
            for (var shape = 0; shape < Statements / Tables; shape++)
            {
                sql.Append(Statement(table, Columns[shape])).Append(';');
            }

            await session.ExecuteAsync(sql.ToString(), cancellation);
        }
    }

    // As an object mapper writes it: every column by its qualified name and an alias.
    private static string Statement(int table, string filter)
    {
        var name = $"orders_{table}";
        var columns = string.Join(", ", Columns.Select((c, i) => $"\"{name}\".\"{c}\" AS \"{c}_{i}\""));
        return $"SELECT \"{name}\".\"id\", {columns} FROM \"{name}\" WHERE \"{name}\".\"{filter}\" = 42 ORDER BY \"{name}\".\"id\" LIMIT 10";
    }
}
