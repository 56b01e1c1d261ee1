using Almanac.Model;
using Almanac.Testing;
using Shouldly;

namespace Almanac.IntegrationTests.Advise;

public sealed class CatalogReaderTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Tables_columns_indexes_and_keys_are_as_the_server_has_them()
    {
        await using var scene = await AdviseScene.CreateAsync(
            postgres,
            """
            CREATE TYPE mood AS ENUM ('glad', 'sad');
            CREATE DOMAIN email AS varchar(80);
            CREATE TABLE parents (id int PRIMARY KEY);
            CREATE TABLE "My Kids" (id bigint NOT NULL, parent_id int REFERENCES parents (id), "Mail" email, feeling mood, tags int[], place point, price numeric, EXCLUDE USING btree (price WITH =));
            CREATE INDEX odd ON "My Kids" ("Mail" DESC, lower("Mail"), feeling DESC NULLS LAST, id NULLS FIRST) INCLUDE (tags) WHERE id > 5;
            CREATE INDEX special ON "My Kids" ("Mail" varchar_pattern_ops);
            INSERT INTO "My Kids" SELECT g, NULL, 'a@b.c', 'glad', '{}', NULL, g FROM generate_series(1, 500) g;
            CREATE TABLE parted (a int, b int) PARTITION BY LIST (a);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
            CREATE INDEX ON parted (b);
            INSERT INTO parted SELECT 1, g FROM generate_series(1, 3000) g;
            CREATE SCHEMA almanac;
            CREATE TABLE almanac.own (a int);
            CREATE STATISTICS both_known (ndistinct) ON a, b FROM parted_1;
            """,
            "ANALYZE");

        var catalog = await scene.CatalogAsync();

        catalog.Tables.Select(t => t.Name).ShouldBe(["parents", "My Kids", "parted", "parted_1"], ignoreOrder: true);
        var kids = catalog.Tables.Single(t => t.Name == "My Kids");
        kids.Rows.ShouldBe(500);
        kids.Columns.Select(c => (c.Name, c.BTreeable, c.Deduplicates, c.TypeCategory)).ShouldBe(
        [
            ("id", true, true, 'N'), ("parent_id", true, true, 'N'), ("Mail", true, true, 'S'), ("feeling", true, true, 'E'),
            ("tags", true, false, 'A'), ("place", false, false, 'G'), ("price", true, false, 'N'),
        ]);
        kids.Columns[0].NDistinct.ShouldBe(-1);
        kids.Columns[2].MostCommonFrequencies.ShouldBe([1.0]);
        var odd = catalog.Indexes.Single(i => i.Name == "odd");
        odd.Keys.ShouldBe(["\"Mail\" DESC", "(lower((\"Mail\")::text))", "feeling DESC NULLS LAST", "id NULLS FIRST"]);
        odd.Included.ShouldBe(["tags"]);
        odd.Predicate.ShouldBe("(id > 5)");
        odd.DefaultOperatorClasses.ShouldBeTrue();
        catalog.Indexes.Single(i => i.Name == "special").DefaultOperatorClasses.ShouldBeFalse();
        catalog.Indexes.Where(i => i.BacksConstraint).Select(i => i.Name).ShouldBe(["parents_pkey", "My Kids_price_excl"], ignoreOrder: true);
        catalog.Indexes.Single(i => i.ParentOid is not null).Name.ShouldBe("parted_1_b_idx");
        var key = catalog.ForeignKeys.ShouldHaveSingleItem();
        key.Columns.ShouldBe(["parent_id"]);
        catalog.Tables.Single(t => t.Name == "parted").Rows.ShouldBe(3000);
        catalog.Tables.Single(t => t.Name == "parted_1").ParentOid.ShouldBe(catalog.Tables.Single(t => t.Name == "parted").Oid);
        catalog.ColumnGroups.ShouldHaveSingleItem().NDistinct.ShouldBe(3000);
        catalog.TablesBeingIndexed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Table_under_an_index_build_is_known()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, "CREATE TABLE t (a int)");
        await using var builder = await scene.Database.OpenScratchAsync();
        await builder.ExecuteAsync("BEGIN", CancellationToken.None);
        await builder.ExecuteAsync("CREATE INDEX young ON t (a)", CancellationToken.None);

        var catalog = await scene.CatalogAsync();

        catalog.TablesBeingIndexed.ShouldContain(catalog.Tables.Single().Oid);
        await builder.ExecuteAsync("ROLLBACK", CancellationToken.None);
    }
}
