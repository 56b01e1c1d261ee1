using Almanac.Advise.Indexes;
using Almanac.Model;
using Almanac.Testing;
using Shouldly;

namespace Almanac.IntegrationTests.Advise;

public sealed class IndexSizeTests(PostgresFixture postgres)
{
    // Repeats as real data does: unique, a hundred values, a handful, four rows a value, half null, skewed; text, numeric, double, boolean.
    private const string Table =
        """
        CREATE TABLE sizes (id int, big bigint, day date, few int, four int, half int, skewed int, word text, price numeric(15,2), measure float8, flag boolean, code char(10), made timestamptz);
        INSERT INTO sizes SELECT g, g, '2020-01-01'::date + (g * 17) % 2500, g % 7, (g * 7919) % 20000, CASE WHEN g % 2 = 0 THEN g END,
          CASE WHEN g % 10 < 8 THEN 1 ELSE g END, 'word number ' || (g * 31) % 5000, (g % 50)::numeric, g % 50, g % 2 = 0, 'c' || g % 25, '2027-01-01'::timestamptz + g * interval '1 minute'
        FROM generate_series(1, 80000) g;
        CREATE STATISTICS sizes_pair (ndistinct) ON four, day FROM sizes;
        """;

    // The whole table is sampled: the model is under test here, not the server's guess at distinct values.
    private const string Analyze = "SET default_statistics_target = 300; ANALYZE sizes";

    [Theory]
    [InlineData("id")]
    [InlineData("big")]
    [InlineData("day")]
    [InlineData("few")]
    [InlineData("four")]
    [InlineData("half")]
    [InlineData("skewed")]
    [InlineData("word")]
    [InlineData("price")]
    [InlineData("measure")]
    [InlineData("flag")]
    [InlineData("code")]
    [InlineData("made")]
    public async Task Single_column_is_predicted_within_a_tenth(string column) => (await RatioAsync(column)).ShouldBeInRange(0.9, 1.1);

    [Theory]
    [InlineData("few", "day")]
    [InlineData("four", "day")]
    [InlineData("code", "flag")]
    [InlineData("word", "id")]
    [InlineData("few", "flag", "code")]
    [InlineData("day", "price")]
    [InlineData("id", "made DESC")]
    public async Task Several_columns_are_predicted_within_a_quarter(params string[] columns) => (await RatioAsync(columns)).ShouldBeInRange(0.8, 1.25);

    [Fact]
    public async Task Included_columns_switch_deduplication_off()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Table, Analyze, "CREATE INDEX built ON sizes (few) INCLUDE (id, price)");
        var spec = Spec(["few"]) with { Included = ["id", "price"] };

        (await RatioAsync(scene, spec)).ShouldBeInRange(0.8, 1.25);
    }

    private async Task<double> RatioAsync(params string[] keys)
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Table, Analyze, $"CREATE INDEX built ON sizes ({string.Join(", ", keys)})");
        return await RatioAsync(scene, Spec(keys));
    }

    private static async Task<double> RatioAsync(AdviseScene scene, CreateIndexSpec spec)
    {
        var catalog = new CatalogLookup(await scene.CatalogAsync());
        var real = await scene.Database.ScalarAsync<long>("SELECT pg_relation_size('built')");
        return IndexSize.Bytes(catalog, catalog.Table("public", "sizes")!, spec) / (double)real;
    }

    private static CreateIndexSpec Spec(string[] keys) => new() { Schema = "public", Table = "sizes", Name = "built", Keys = keys };
}
