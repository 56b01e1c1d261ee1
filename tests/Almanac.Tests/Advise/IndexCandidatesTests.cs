using Almanac.Advise;
using Almanac.Advise.Indexes;
using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Advise;

public sealed class IndexCandidatesTests
{
    [Theory]
    [InlineData("a", "a", false)]
    [InlineData("\"Odd\"\"Name\" DESC", "Odd\"Name", true)]
    [InlineData("lower(b) DESC", "lower(b)", true)]
    [InlineData("((a + b))", "(a + b)", false)]
    [InlineData("(a) || (b)", "(a) || (b)", false)]
    public void Key_is_read_as_the_catalog_writes_it(string key, string text, bool descending)
    {
        var parsed = IndexKey.Parse(key);

        parsed.Text.ShouldBe(text);
        parsed.Descending.ShouldBe(descending);
        IndexKey.Parse(parsed.ToString()).ShouldBe(parsed);
    }

    [Fact]
    public void Equality_comes_before_range_and_order()
    {
        var keys = Keys(new RelationConditions
        {
            Schema = "public", Table = "t", Alias = "t",
            Equal = [new("a")], Range = [new("b")], Sorts = [new SortOrder([new(new("c"), true, true), new(new("d"), false, false)], TopN: true)],
        });

        keys.ShouldContain("a, b");
        keys.ShouldContain("a, c, d DESC");
        keys.ShouldNotContain("b, a");
        keys.ShouldNotContain("c, d DESC", "first rows with a condition may lie anywhere in the order");
    }

    [Fact]
    public void Existing_index_its_prefixes_and_what_a_unique_key_singles_out_are_skipped()
    {
        var relation = new RelationConditions { Schema = "public", Table = "t", Alias = "t", Equal = [new("a"), new("b")], Range = [new("c")] };

        Keys(relation, c => c.Index("wide", ["a", "b", "c"])).ShouldNotContain(k => k == "a" || k == "a, b");
        Keys(relation, c => c.Index("backward", ["a DESC"])).ShouldNotContain("a");
        Keys(relation, c => c.Index("key", ["a"], i => i with { IsUnique = true })).ShouldNotContain(k => k.StartsWith("a,", StringComparison.Ordinal));
        Keys(relation, c => c.Index("partial", ["a"], i => i with { Predicate = "(b > 1)" })).ShouldContain("a");
        Keys(relation, c => c.Index("broken", ["a"], i => i with { IsValid = false })).ShouldContain("a");
    }

    [Fact]
    public void Columns_that_no_b_tree_can_serve_give_no_key()
    {
        var relation = new RelationConditions
        {
            Schema = "public", Table = "t", Alias = "t", Equal = [new("p"), new("w"), new("a", StringCast: true), new("s", StringCast: true)],
        };

        Keys(relation).ShouldBe(["s"]);
    }

    [Fact]
    public void Small_and_foreign_tables_have_no_candidates()
    {
        Keys(new RelationConditions { Schema = "public", Table = "tiny", Alias = "t", Equal = [new("a")] }).ShouldBeEmpty();
        Keys(new RelationConditions { Schema = "pg_catalog", Table = "pg_class", Alias = "c", Equal = [new("a")] }).ShouldBeEmpty();
    }

    [Fact]
    public void Caps_of_a_what_if_are_kept()
    {
        var columns = Enumerable.Range('a', 12).Select(c => new ConditionColumn(((char)c).ToString())).ToList();
        var relations = Enumerable.Range(0, 6).Select(i => new RelationConditions { Schema = "public", Table = $"many{i}", Alias = "x", Equal = columns, Range = columns }).ToList();
        var catalog = new CatalogBuilder();
        for (var i = 0; i < 6; i++)
        {
            catalog.Table($"many{i}", 10_000, [.. columns.Select(c => CatalogBuilder.Column(c.Text))]);
        }

        var specs = new IndexCandidates(new CatalogLookup(catalog.Build()), new AdviseLimits()).For(relations);

        specs.Count.ShouldBe(WhatIfCaps.Total);
        specs.CountBy(s => s.Table).ShouldAllBe(t => t.Value <= WhatIfCaps.PerTable);
    }

    [Theory]
    [InlineData("UPDATE t SET a = $1, \"B\" = f(c, $2) WHERE d = $3", "a,B")]
    [InlineData("UPDATE t SET (a, b) = ($1, $2) FROM o", "a,b")]
    [InlineData("INSERT INTO t VALUES ($1) ON CONFLICT (k) DO UPDATE SET n = t.n + 1 RETURNING n", "n")]
    [InlineData("DELETE FROM t", "")]
    public void Columns_that_an_update_sets_are_found(string text, string columns) => string.Join(',', UpdatedColumns.Of(text)).ShouldBe(columns);

    [Fact]
    public void Index_on_an_updated_column_costs_more_than_one_beside_it()
    {
        var table = new CatalogBuilder().Table("t", 100_000, CatalogBuilder.Column("a"), CatalogBuilder.Column("b")).Build().Tables[0];
        var activity = new TableActivity(new TableWrites(0, 10_000, 9_000, 0), HotKnown: true, [new UpdatedColumns(["a"], 10_000)]);

        var hot = IndexCosts.WriteMs(table, IndexCandidates.Spec(table, [new IndexKey("a", false, false, false)]), 2_000_000, 3, activity);
        var cold = IndexCosts.WriteMs(table, IndexCandidates.Spec(table, [new IndexKey("b", false, false, false)]), 2_000_000, 3, activity);

        hot.ShouldBeGreaterThan(10 * cold);
    }

    private static List<string> Keys(RelationConditions relation, Action<CatalogBuilder>? more = null)
    {
        var catalog = new CatalogBuilder()
            .Table("tiny", 100, CatalogBuilder.Column("a"))
            .Table(
                "t", 100_000, CatalogBuilder.Column("a"), CatalogBuilder.Column("b", distinct: 50), CatalogBuilder.Column("c"), CatalogBuilder.Column("d"),
                CatalogBuilder.Column("p", "point"), CatalogBuilder.Column("w", "text", width: 900), CatalogBuilder.Column("s", "text", width: 20));
        more?.Invoke(catalog);
        return [.. new IndexCandidates(new CatalogLookup(catalog.Build()), new AdviseLimits()).For([relation]).Select(s => string.Join(", ", s.Keys))];
    }
}
