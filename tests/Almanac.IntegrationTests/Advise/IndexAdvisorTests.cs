using System.Globalization;
using Almanac.Advise;
using Almanac.Model;
using Almanac.Testing;
using Shouldly;

namespace Almanac.IntegrationTests.Advise;

public sealed class IndexAdvisorTests(PostgresFixture postgres)
{
    private const string Orders =
        """
        CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, status text NOT NULL, placed timestamptz NOT NULL, amount int NOT NULL, note text);
        INSERT INTO orders SELECT g, (g * 7919) % 5000, (ARRAY['new', 'paid', 'sent', 'done'])[1 + g % 4], '2027-01-01'::timestamptz + g * interval '1 minute', g % 997, repeat('x', 60)
        FROM generate_series(1, 60000) g;
        CREATE TABLE customers (id int, name text NOT NULL, city text);
        INSERT INTO customers SELECT g, 'Customer ' || g, 'City ' || g % 50 FROM generate_series(1, 5000) g;
        """;

    private const string Analyze = "VACUUM ANALYZE";

    [Fact]
    public async Task Point_lookup_gets_its_index_and_the_second_run_finds_nothing()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        await scene.RunAsync(20, "SELECT * FROM orders WHERE customer_id = 42");

        var advice = await scene.AdviseAsync();

        Keys(advice).ShouldBe(["orders(customer_id)"]);
        var change = advice.Changes[0];
        change.Estimate.SavedShare.ShouldBeGreaterThan(0.5);
        change.Estimate.Bytes.ShouldBeInRange(300_000, 1_500_000);
        change.Gains.Count.ShouldBe(1);
        change.Evidence.ShouldContain(e => e.Contains("20 calls", StringComparison.Ordinal));

        await scene.BuildAsync(advice);
        (await scene.AdviseAsync()).Changes.ShouldBeEmpty();
        await scene.ForgetAsync();
        await scene.RunAsync(20, "SELECT * FROM orders WHERE customer_id = 42");
        (await scene.AdviseAsync()).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task First_rows_of_an_order_get_equality_then_the_order()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        await scene.RunAsync(20, "SELECT * FROM orders WHERE status = 'paid' ORDER BY placed DESC, id LIMIT 20");

        var advice = await scene.AdviseAsync();

        Keys(advice).ShouldBe(["orders(status, placed, id DESC)"]);
        await scene.BuildAsync(advice);
        (await scene.AdviseAsync()).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Join_gets_an_index_on_the_inner_side()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        await scene.RunAsync(10, "SELECT c.name, o.amount FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.name = 'Customer 77'");

        Keys(await scene.AdviseAsync()).ShouldContain("orders(customer_id)");
    }

    [Fact]
    public async Task Update_and_delete_by_key_without_a_primary_key_get_one_index()
    {
        await using var scene = await AdviseScene.CreateAsync(
            postgres,
            "CREATE TABLE accounts (aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor = 100)",
            "INSERT INTO accounts SELECT g, 1, 0, '' FROM generate_series(1, 50000) g",
            Analyze);
        for (var i = 0; i < 10; i++)
        {
            await scene.ExecuteAsync(
                string.Create(CultureInfo.InvariantCulture, $"UPDATE accounts SET abalance = abalance + {i - 5} WHERE aid = {i * 100}"),
                string.Create(CultureInfo.InvariantCulture, $"SELECT abalance FROM accounts WHERE aid = {i * 100}"),
                string.Create(CultureInfo.InvariantCulture, $"DELETE FROM accounts WHERE aid = {(i * 100) + 1}"));
        }

        var advice = await scene.AdviseAsync();

        advice.Unplannable.ShouldBeEmpty();
        Keys(advice).ShouldBe(["accounts(aid)"]);
        advice.Changes[0].Gains.Count.ShouldBe(3);
    }

    [Fact]
    public async Task One_index_serves_two_statements()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        await scene.RunAsync(
            15,
            "SELECT * FROM orders WHERE customer_id = 42",
            "SELECT * FROM orders WHERE customer_id = 42 ORDER BY placed DESC LIMIT 5",
            "SELECT count(*) FROM orders WHERE customer_id = 99 AND status = 'new'");

        var advice = await scene.AdviseAsync();

        advice.Changes.Count.ShouldBe(1, string.Join("; ", Keys(advice)));
        Keys(advice)[0].ShouldStartWith("orders(customer_id");
        advice.Changes[0].Gains.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Empty_database_has_nothing_to_do_and_says_so()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres);

        var advice = await scene.AdviseAsync(AdviseScene.Of([]), new AdviseLimits());

        advice.Changes.ShouldBeEmpty();
        (await scene.AdviseAsync()).Changes.ShouldBeEmpty();
        advice.Notes.ShouldContain("The workload holds no statement that an index could serve.");
    }

    [Fact]
    public async Task Existing_index_leaves_nothing_to_propose()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, "CREATE INDEX ON orders (customer_id, placed)", Analyze);
        await scene.RunAsync(20, "SELECT * FROM orders WHERE customer_id = 42", "SELECT * FROM orders WHERE id = 9");

        (await scene.AdviseAsync()).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Writes_that_outweigh_the_reads_speak_against_an_index()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        var reads = AdviseScene.Statement(1, "SELECT * FROM orders WHERE customer_id = $1", 10, 100);
        var writes = AdviseScene.Statement(2, "INSERT INTO orders VALUES ($1, $2, $3, $4, $5, $6)", 1_000_000, 4_000, rows: 1_000_000);

        var advice = await scene.AdviseAsync(AdviseScene.Of([reads, writes]), new AdviseLimits());

        advice.Changes.ShouldBeEmpty();
        advice.Rejected.ShouldContain(r => r.Reason.Contains("on writes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Storage_budget_is_kept()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        var statements = new[]
        {
            AdviseScene.Statement(1, "SELECT * FROM orders WHERE customer_id = $1", 100, 1000),
            AdviseScene.Statement(2, "SELECT * FROM orders WHERE placed = $1", 100, 900),
        };
        var free = await scene.AdviseAsync(AdviseScene.Of(statements), new AdviseLimits());
        free.Changes.Count.ShouldBe(2);
        var tight = await scene.AdviseAsync(AdviseScene.Of(statements), new AdviseLimits { StorageBudgetBytes = free.Changes.Min(c => c.Estimate.Bytes) });

        tight.Changes.Count.ShouldBe(1);
        tight.Changes[0].Id.ShouldBeOneOf([.. free.Changes.Select(c => c.Id)]);
    }

    [Fact]
    public async Task What_was_rejected_recently_is_not_proposed_again()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, Analyze);
        var workload = AdviseScene.Of([AdviseScene.Statement(1, "SELECT * FROM orders WHERE customer_id = $1", 100, 1000)]);
        var id = (await scene.AdviseAsync(workload, new AdviseLimits())).Changes[0].Id;

        var advice = await scene.AdviseAsync(workload, new AdviseLimits(), new HashSet<string> { id });

        advice.Changes.ShouldNotContain(c => c.Id == id);
        advice.Rejected.ShouldContain(r => r.Id == id && r.Reason.Contains("recently", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Awkward_names_and_partitions_are_served()
    {
        await using var scene = await AdviseScene.CreateAsync(
            postgres,
            """
            CREATE SCHEMA "Shop";
            CREATE TABLE "Shop"."Line Items" ("Id" int, "select" varchar(40), "Wann" date);
            INSERT INTO "Shop"."Line Items" SELECT g, 'v' || g, '2027-01-01' FROM generate_series(1, 40000) g;
            CREATE TABLE events (id int, at date, who int) PARTITION BY RANGE (at);
            CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2027-07-01');
            CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2027-07-01') TO ('2028-01-01');
            INSERT INTO events SELECT g, '2027-01-01'::date + g % 360, g % 97 FROM generate_series(1, 60000) g;
            """,
            Analyze);
        await scene.RunAsync(
            10,
            """SELECT * FROM "Shop"."Line Items" l WHERE l."select" = 'v77'""",
            "SELECT * FROM events WHERE who = 7 ORDER BY at DESC LIMIT 10");

        var advice = await scene.AdviseAsync();

        Keys(advice).ShouldBe(["Line Items(\"select\")", "events(who, at)"], ignoreOrder: true);
        await scene.ExecuteAsync([.. advice.Changes.Select(c => ((CreateIndexSpec)c.Operation).ToSql(concurrently: false))]);
        (await scene.AdviseAsync()).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Statements_that_cannot_be_planned_are_reported_with_the_reason()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres, Orders, "CREATE VIEW open_orders AS SELECT * FROM orders WHERE status <> 'done'", Analyze);
        var workload = AdviseScene.Of(
        [
            AdviseScene.Statement(1, "SELECT * FROM orders WHERE customer_id = $1", 100, 500),
            AdviseScene.Statement(2, "SELECT * FROM no_longer_there WHERE id = $1", 100, 300),
            AdviseScene.Statement(3, "SELECT * FROM open_orders WHERE customer_id = $1", 100, 200),
        ]);

        var advice = await scene.AdviseAsync(workload, new AdviseLimits());

        advice.Unplannable.Select(u => u.QueryId).ShouldBe([2, 3]);
        advice.Unplannable[0].Reason.ShouldContain("does not exist");
        advice.Unplannable[1].Reason.ShouldContain("view");
        Keys(advice).ShouldBe(["orders(customer_id)"]);
    }

    private static List<string> Keys(IndexAdvice advice)
        => [.. advice.Changes.Select(c => (CreateIndexSpec)c.Operation).Select(s => s.Table + s.Body())];
}
