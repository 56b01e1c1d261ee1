using System.Text.Json;
using Almanac.Model;
using Almanac.Tests.Advise;
using Shouldly;

namespace Almanac.Tests.Model.Advise;

public sealed class PlanConditionsTests
{
    [Theory]
    [InlineData("(x.a = $1)", "Equal a")]
    [InlineData("($1 = x.a)", "Equal a")]
    [InlineData("((x.a = $1) AND (x.b > $2) AND (x.c <= now()))", "Equal a, Range b, Range c")]
    [InlineData("((x.a)::text = 'v'::text)", "Equal a as string")]
    [InlineData("(x.\"Odd Name\" = ANY (ARRAY[$1, $2]))", "Equal Odd Name")]
    [InlineData("(x.a = ANY ('{1,2}'::integer[]))", "Equal a")]
    [InlineData("((x.a = $1) OR (x.b = $2))", "")]
    [InlineData("((x.a = $1) AND ((x.b = $2) OR (x.c = $3)))", "Equal a")]
    [InlineData("(x.flag AND (NOT x.gone))", "Boolean flag, Boolean gone")]
    [InlineData("((x.a IS NULL) AND (x.b IS NOT NULL) AND (x.c IS TRUE))", "Null a, NotNull b, Boolean c")]
    [InlineData("(ROW(x.made, x.id) < ROW($1, $2))", "Range made")]
    [InlineData("(lower((x.email)::text) = $1)", "Equal (lower((email)::text))")]
    [InlineData("((x.made)::date = $1)", "Equal ((x.made)::date without alias)")]
    [InlineData("((x.a + x.b) = $1)", "")]
    [InlineData("(x.a <> $1)", "")]
    [InlineData("(x.a ~~ 'b%'::text)", "")]
    [InlineData("(x.a < x.b)", "")]
    [InlineData("(x.a = (SubPlan 1))", "")]
    [InlineData("(x.a = $0)", "Equal a")]
    [InlineData("((date_trunc('month'::text, x.made) = $1))", "Equal (date_trunc('month'::text, made))")]
    public void Filter_tells_which_columns_are_compared_and_how(string filter, string expected)
        => Describe(Read($$"""{ {{Scan("x")}}, "Filter": {{Json(filter)}} }""").Relations.Single())
            .ShouldBe(expected.Replace("x.made)::date without alias", "made)::date", StringComparison.Ordinal));

    [Fact]
    public void Join_columns_are_seen_on_both_sides()
    {
        var plan = Read($$"""{ "Node Type": "Hash Join", "Hash Cond": "((a.id = b.a_id) AND (a.k = ($1 + b.k)))", "Plans": [ { {{Scan("a")}} }, { {{Scan("b")}} } ] }""");

        Describe(plan.Relations[0]).ShouldBe("Joined id, Joined k");
        Describe(plan.Relations[1]).ShouldBe("Joined a_id");
    }

    [Fact]
    public void Sort_below_a_limit_is_the_first_rows_of_an_order()
    {
        var plan = Read($$"""
            { "Node Type": "Limit", "Plans": [ { "Node Type": "Gather Merge", "Parent Relationship": "Outer", "Plans": [
              { "Node Type": "Sort", "Parent Relationship": "Outer", "Sort Key": ["x.made DESC", "x.\"Id\"", "x.z NULLS FIRST"], "Plans": [ { {{Scan("x")}} } ] } ] } ] }
            """);

        var sort = plan.Relations.Single().Sorts.ShouldHaveSingleItem();
        sort.TopN.ShouldBeTrue();
        sort.Parts.Select(p => (p.Column.Text, p.Descending, p.NullsFirst)).ShouldBe([("made", true, true), ("Id", false, false), ("z", false, true)]);
    }

    [Fact]
    public void Order_that_another_relation_completes_is_no_first_rows()
    {
        var plan = Read($$"""
            { "Node Type": "Limit", "Plans": [ { "Node Type": "Sort", "Parent Relationship": "Outer", "Sort Key": ["a.made", "b.id"], "Plans": [
              { "Node Type": "Nested Loop", "Plans": [ { {{Scan("a")}} }, { {{Scan("b")}} } ] } ] } ] }
            """);

        plan.Relations[0].Sorts.ShouldHaveSingleItem().TopN.ShouldBeFalse();
        plan.Relations[1].Sorts.ShouldBeEmpty();
    }

    [Fact]
    public void Parameters_are_traced_to_their_columns_but_never_those_of_the_executor()
    {
        var plan = Read($$"""
            { {{Scan("x")}}, "Filter": "((x.a = $1) AND ($2 < x.b) AND (x.c = ANY (ARRAY[$3, $4])) AND (x.d = $5) AND (x.e > ($6 + 1)))",
              "Plans": [ { "Node Type": "Result", "Parent Relationship": "InitPlan", "Subplan Name": "InitPlan 1 (returns $5)" } ] }
            """);

        plan.ParameterColumns.Select(p => $"{p.Column} {p.Operator} ${p.Number}").ShouldBe(["a = $1", "b > $2", "c = $3", "c = $4"]);
    }

    [Fact]
    public void Groups_extremes_and_needed_columns_are_seen()
    {
        var group = Read($$"""{ "Node Type": "Aggregate", "Group Key": ["x.g"], "Output": ["x.g", "sum(x.n)"], "Plans": [ { {{Scan("x")}}, "Output": ["x.g", "x.n", "x.unused"] } ] }""").Relations.Single();
        var max = Read($$"""{ "Node Type": "Aggregate", "Output": ["max(x.m)"], "Plans": [ { {{Scan("x")}} } ] }""").Relations.Single();

        group.Groups.Single().Single().Text.ShouldBe("g");
        group.Needed.ShouldBe(["g", "n"]);
        max.Sorts.Single().Parts.Single().Column.Text.ShouldBe("m");
    }

    [Fact]
    public void Partitions_count_as_their_table_and_writes_are_told()
    {
        var catalog = new CatalogBuilder().Table("events", 1000, CatalogBuilder.Column("a")).Table("events_1", 1000, CatalogBuilder.Column("a")).Build();
        catalog = catalog with { Tables = [catalog.Tables[0] with { Kind = 'p' }, catalog.Tables[1] with { ParentOid = catalog.Tables[0].Oid }] };
        using var json = JsonDocument.Parse("""
            { "Node Type": "ModifyTable", "Operation": "Update", "Relation Name": "events", "Schema": "public", "Alias": "events", "Plans": [
              { "Node Type": "Append", "Plans": [ { "Node Type": "Seq Scan", "Relation Name": "events_1", "Schema": "public", "Alias": "events_1", "Filter": "(events_1.a = $1)" } ] } ] }
            """);

        var plan = PlanConditions.Read(json.RootElement, catalog);

        plan.Writes.ShouldBe(("public", "events", "Update"));
        plan.Relations.Where(r => r.Equal.Count > 0).ShouldHaveSingleItem().Table.ShouldBe("events");
        plan.ParameterColumns.Single().Table.ShouldBe("events");
    }

    [Fact]
    public void Order_that_an_existing_index_provides_is_wanted_too()
    {
        var catalog = new CatalogBuilder().Table("t", 1000, CatalogBuilder.Column("a"), CatalogBuilder.Column("b")).Index("t_by_a", ["a", "b DESC"]).Build();
        using var json = JsonDocument.Parse("""
            { "Node Type": "Limit", "Plans": [ { "Node Type": "Index Scan", "Parent Relationship": "Outer", "Scan Direction": "Backward", "Index Name": "t_by_a",
              "Relation Name": "t", "Schema": "public", "Alias": "x", "Filter": "(x.b = $1)" } ] }
            """);

        var sort = PlanConditions.Read(json.RootElement, catalog).Relations.Single().Sorts.ShouldHaveSingleItem();

        sort.Parts.Select(p => (p.Column.Text, p.Descending)).ShouldBe([("a", true), ("b", false)]);
    }

    private static PlanConditions Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return PlanConditions.Read(document.RootElement);
    }

    private static string Scan(string alias) => $"\"Node Type\": \"Seq Scan\", \"Relation Name\": \"t\", \"Schema\": \"public\", \"Alias\": \"{alias}\"";

    private static string Json(string text) => JsonSerializer.Serialize(text);

    private static string Describe(RelationConditions relation)
    {
        var lists = new (string Name, IReadOnlyList<ConditionColumn> Columns)[]
        {
            ("Equal", relation.Equal), ("Joined", relation.Joined), ("Range", relation.Range), ("Null", relation.Null), ("NotNull", relation.NotNull), ("Boolean", relation.Boolean),
        };
        return string.Join(", ", lists.SelectMany(l => l.Columns.Select(c => $"{l.Name} {(c.IsExpression ? $"({c.Text})" : c.Text)}{(c.StringCast ? " as string" : string.Empty)}")));
    }
}
