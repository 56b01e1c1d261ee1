using System.Globalization;
using System.Text;
using Almanac.Advise;
using Almanac.Model;
using Almanac.Testing;
using Shouldly;

namespace Almanac.IntegrationTests.Advise;

public sealed class LargeWorkloadTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Five_hundred_tables_and_five_thousand_statements_are_examined_by_weight()
    {
        var tables = new StringBuilder();
        for (var i = 0; i < 500; i++)
        {
            // Ten of them are big enough for an index to matter.
            var rows = i < 10 ? 20_000 : 10;
            tables.AppendLine(CultureInfo.InvariantCulture, $"CREATE TABLE t{i} (id int PRIMARY KEY, a int, b int, c text); INSERT INTO t{i} SELECT g, g * 7 % 1000, g % 50, 'x' FROM generate_series(1, {rows}) g;");
        }

        await using var scene = await AdviseScene.CreateAsync(postgres, tables.ToString(), "ANALYZE");
        var statements = Enumerable.Range(0, 5000).Select(i => AdviseScene.Statement(
            i + 1,
            $"SELECT b, {string.Join(" + ", Enumerable.Repeat("id", 1 + (i / 500)))} FROM t{i % 500} WHERE a = $1 AND b > $2",
            100,
            i % 500 < 10 ? 1000 : 0.5)).ToList();

        var advice = await scene.AdviseAsync(AdviseScene.Of(statements), new AdviseLimits());

        advice.StatementsConsidered.ShouldBeInRange(90, 200);
        (advice.StatementsConsidered + advice.StatementsLeftOut).ShouldBe(5000);
        advice.ShareLeftOut.ShouldBeLessThan(0.03);
        advice.Notes.ShouldContain(n => n.Contains("were left out", StringComparison.Ordinal));
        advice.Changes.Select(c => ((CreateIndexSpec)c.Operation).Table).ShouldBe(Enumerable.Range(0, 10).Select(i => $"t{i}"), ignoreOrder: true);
        advice.ExplainCalls.ShouldBeLessThan(1500);
    }

    [Fact]
    public async Task Star_schema_gains_from_few_indexes_and_a_second_run_finds_nothing()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, StarSchema.Tables, StarSchema.Rows, "VACUUM ANALYZE");
        await scene.RunAsync(5, "SELECT count(*) FROM orders, lineitem WHERE o_orderkey = l_orderkey AND o_custkey = 77", "SELECT sum(l_quantity) FROM lineitem WHERE l_partkey = 99");
        await scene.ExecuteAsync(StarSchema.Statements);

        var advice = await scene.AdviseAsync();

        advice.Changes.Count.ShouldBeInRange(1, 12, string.Join("; ", advice.Changes.Select(c => c.Operation.Title())));
        advice.Changes.ShouldContain(c => c.Operation.Title().Contains("lineitem (l_orderkey", StringComparison.Ordinal));
        advice.Unplannable.Count.ShouldBeLessThanOrEqualTo(1);
        await scene.BuildAsync(advice);
        await scene.ExecuteAsync("ANALYZE");
        var again = await scene.AdviseAsync();
        again.Changes.ShouldBeEmpty(string.Join("; ", again.Changes.Select(c => c.Operation.Title() + " " + c.Reason)));
    }
}
