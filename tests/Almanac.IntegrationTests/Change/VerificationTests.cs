using Almanac.Change;
using Almanac.Model;
using Almanac.Testing;
using Shouldly;

namespace Almanac.IntegrationTests.Change;

public sealed class VerificationTests(PostgresFixture postgres)
{
    private const string Orders =
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, note text); INSERT INTO orders SELECT g, g % 5000, repeat('x', 60) FROM generate_series(1, 60000) g; ANALYZE orders";

    private const string ByCustomer = "SELECT count(*)::int FROM orders WHERE customer_id = @c";

    [Fact]
    public async Task An_index_that_makes_its_statement_faster_is_kept_on_measured_traffic()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Orders);
        await using var traffic = await Traffic.StartAsync(harness.Private, (ByCustomer, i => new { c = i % 5000 }, 20));
        await harness.WaitForAsync("SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%FROM orders WHERE customer_id%' AND calls > 3");
        var query = await harness.QueryIdAsync("%FROM orders WHERE customer_id%");
        var change = harness.Propose(ChangeHarness.Index("orders", "customer_id"), query);

        var outcome = await harness.RunAsync(change);

        outcome.Status.ShouldBe(ChangeStatus.Kept, outcome.Sentence);
        outcome.Code.ShouldBe(ExitCode.Done);
        outcome.Receipt!.Bytes.ShouldBeGreaterThan(0);
        var effect = outcome.Verification!.Statements.Single(s => s.QueryId == query);
        effect.Source.ShouldBe(MeasurementSource.Traffic);
        effect.RatioHigh.ShouldBeLessThan(1);
        effect.BlocksAfter.ShouldBeLessThan(effect.BlocksBefore);
        outcome.Verification.SavedMsPerSecond!.Value.ShouldBeGreaterThan(0);
        (await harness.IndexStateAsync(((CreateIndexSpec)change.Operation).Name)).ShouldBe("valid");
        (await harness.KindsAsync(change)).ShouldBe([LedgerKind.Proposed, LedgerKind.Judged, LedgerKind.Applying, LedgerKind.Applied, LedgerKind.Verified]);
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Kept);
    }

    [Fact]
    public async Task Without_traffic_read_only_probes_prove_the_gain_and_leave_no_constants_behind()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(
            "CREATE TABLE guests (id int PRIMARY KEY, family text NOT NULL, note text)",
            "INSERT INTO guests SELECT g, 'family ' || g % 9000, repeat('x', 60) FROM generate_series(1, 60000) g",
            "ANALYZE guests");
        var change = harness.Propose(ChangeHarness.Index("guests", "family"), 42);
        var plan = new ProbePlan
        {
            QueryId = 42,
            Text = "SELECT * FROM guests WHERE family = $1",
            ParameterTypes = ["text"],
            Columns = [new ProbeColumn("public", "guests", "family")],
            CallsPerSecond = 3,
        };

        var outcome = await harness.RunAsync(change, probes: [plan]);

        outcome.Status.ShouldBe(ChangeStatus.Kept, outcome.Sentence);
        outcome.Sentence.ShouldContain("probes");
        var effect = outcome.Verification!.Statements.ShouldHaveSingleItem();
        effect.Source.ShouldBe(MeasurementSource.Probe);
        effect.RatioHigh.ShouldBeLessThan(1);
        (await harness.ScalarAsync<long>("SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%EXPLAIN%' AND query LIKE '%family %' AND query NOT LIKE '%LIKE%' AND query LIKE '%''family%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Without_traffic_and_without_probes_nothing_is_claimed()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Orders);
        var change = harness.Propose(ChangeHarness.Index("orders", "customer_id"), 42);

        var outcome = await harness.RunAsync(change, ChangeHarness.Instantly);

        outcome.Status.ShouldBe(ChangeStatus.Unproven);
        outcome.Code.ShouldBe(ExitCode.Inconclusive);
        outcome.Verification!.SavedMsPerSecond.ShouldBeNull();
        (await harness.IndexStateAsync(((CreateIndexSpec)change.Operation).Name)).ShouldBe("valid");
    }

    [Fact]
    public async Task A_promised_gain_that_is_not_there_is_rolled_back()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Orders);
        var useless = harness.Propose(ChangeHarness.Index("orders", "note"), 42);
        var plan = new ProbePlan
        {
            QueryId = 42,
            Text = "SELECT count(*) FROM orders WHERE customer_id = $1",
            ParameterTypes = ["int"],
            Columns = [new ProbeColumn("public", "orders", "customer_id")],
        };

        var outcome = await harness.RunAsync(useless, ChangeHarness.Instantly, [plan]);

        outcome.Status.ShouldBe(ChangeStatus.RolledBack, outcome.Sentence);
        outcome.Code.ShouldBe(ExitCode.RolledBack);
        (await harness.IndexStateAsync(((CreateIndexSpec)useless.Operation).Name)).ShouldBe("none");
        (await harness.KindsAsync(useless)).ShouldBe(
            [LedgerKind.Proposed, LedgerKind.Judged, LedgerKind.Applying, LedgerKind.Applied, LedgerKind.Verified, LedgerKind.RollingBack, LedgerKind.RolledBack]);
        (await harness.StateAsync(useless)).Status.ShouldBe(ChangeStatus.RolledBack);
    }

    [Fact]
    public async Task An_index_that_slows_writes_more_than_it_helps_reads_is_rolled_back_by_itself()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(
            "CREATE TABLE events (id bigserial PRIMARY KEY, kind int NOT NULL, payload text)",
            "CREATE FUNCTION costly(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT max(md5(t || g)) FROM generate_series(1, 400) g $$",
            "INSERT INTO events (kind, payload) SELECT g % 50, 'p' || g FROM generate_series(1, 500) g",
            "ANALYZE events");
        await using var traffic = await Traffic.StartAsync(
            harness.Private,
            ("INSERT INTO events (kind, payload) SELECT 60 + g, @p || g FROM generate_series(1, 20) g RETURNING 1", i => new { p = "x" + i }, 15),
            ("SELECT count(*)::int FROM events WHERE kind = @k AND id < 100", i => new { k = i % 50 }, 50));
        await harness.WaitForAsync("SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%FROM events WHERE kind%' AND calls > 3");
        var query = await harness.QueryIdAsync("%FROM events WHERE kind%");
        var change = harness.Propose(ChangeHarness.Index("events", "costly(payload)"), query);

        var outcome = await harness.RunAsync(change);

        outcome.Status.ShouldBe(ChangeStatus.RolledBack, outcome.Sentence);
        (await harness.IndexStateAsync(((CreateIndexSpec)change.Operation).Name)).ShouldBe("none");
        outcome.Verification!.Statements.ShouldContain(s => s.Text.StartsWith("INSERT INTO events", StringComparison.Ordinal) && s.MeanMsAfter > s.MeanMsBefore);
    }

    [Fact]
    public async Task An_index_that_was_needed_is_built_again_after_its_drop()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Orders, "CREATE INDEX orders_customer ON orders (customer_id DESC) WITH (fillfactor = 80) WHERE customer_id > 2");
        var drop = await harness.DropAsync("orders", "orders_customer");
        await using var traffic = await Traffic.StartAsync(harness.Private, ("SELECT count(*)::int FROM orders WHERE customer_id = @c AND customer_id > 2", i => new { c = 3 + (i % 4000) }, 10));
        await harness.WaitForAsync("SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%FROM orders WHERE customer_id%' AND calls > 3");

        var outcome = await harness.RunAsync(harness.Propose(drop));

        outcome.Status.ShouldBe(ChangeStatus.RolledBack, outcome.Sentence);
        (await harness.IndexStateAsync("orders_customer")).ShouldBe("valid");
        (await harness.DropAsync("orders", "orders_customer")).Definition.ShouldBe(drop.Definition);
    }

    [Fact]
    public async Task An_index_that_nobody_needs_is_dropped_and_stays_away()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Orders, "CREATE INDEX orders_customer ON orders (customer_id)", "CREATE INDEX orders_again ON orders (customer_id)");
        await using var traffic = await Traffic.StartAsync(harness.Private, (ByCustomer, i => new { c = i % 5000 }, 5));
        await harness.WaitForAsync("SELECT count(*) > 0 FROM pg_stat_statements WHERE query LIKE '%FROM orders WHERE customer_id%' AND calls > 3");

        var outcome = await harness.RunAsync(harness.Propose(await harness.DropAsync("orders", "orders_again")));

        outcome.Status.ShouldBe(ChangeStatus.Kept, outcome.Sentence);
        outcome.Receipt!.Bytes.ShouldBeLessThan(0);
        outcome.Receipt.Undo!.ShouldStartWith("CREATE INDEX CONCURRENTLY orders_again");
        (await harness.IndexStateAsync("orders_again")).ShouldBe("none");
    }
}
