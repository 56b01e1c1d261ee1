using Almanac.Advise;
using Almanac.Advise.Unused;
using Almanac.Model;
using Almanac.Samples;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Advise;

public sealed class MarketplaceTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Neglected_marketplace_gets_the_indexes_its_operations_need_and_loses_the_needless_ones()
    {
        await using var scene = await AdviseScene.CreateAsync(postgres);
        await WedSyncLoader.LoadAsync(scene.Database.Private, 0.05, 7, null, CancellationToken.None);
        foreach (var statement in SqlScript.LoadStatements("neglect.sql").Where(s => s.StartsWith("CREATE INDEX", StringComparison.Ordinal)))
        {
            await scene.ExecuteAsync(statement);
        }

        await scene.ExecuteAsync("VACUUM ANALYZE");
        var workload = AdviseScene.Of(
        [
            Operation(1, "search", 3000, 12, rows: 20),
            Operation(2, "booking", 500, 8),
            Operation(3, "payment", 500, 9),
            Operation(4, "guest-list", 3000, 9, rows: 30),
            Operation(5, "rsvp", 1000, 9),
            Operation(6, "vendor-reviews", 1000, 5, rows: 10),
            Operation(7, "dashboard", 500, 12, rows: 5),
        ]);

        var advice = await scene.AdviseAsync(workload, new AdviseLimits());
        var drops = UnusedIndexAdvisor.Advise(new UnusedIndexInput { Target = "1/test", Catalog = await scene.CatalogAsync(), Now = Instant.FromUtc(2027, 1, 1, 0, 0) });

        advice.Unplannable.ShouldBeEmpty();
        var keys = advice.Changes.Select(c => (CreateIndexSpec)c.Operation).Select(s => s.Table + s.Body()).Order(StringComparer.Ordinal).ToList();
        var all = string.Join("; ", keys);
        keys.ShouldContain(k => k.StartsWith("guests(wedding_id", StringComparison.Ordinal), all);
        keys.ShouldContain(k => k.StartsWith("bookings(wedding_id", StringComparison.Ordinal), all);
        keys.ShouldContain(k => k.StartsWith("payments(booking_id", StringComparison.Ordinal), all);
        keys.ShouldContain(k => k.StartsWith("reviews(vendor_id, created_at", StringComparison.Ordinal), all);
        keys.ShouldContain(k => k.StartsWith("vendors(", StringComparison.Ordinal) && k.Contains("region", StringComparison.Ordinal) && k.Contains("category", StringComparison.Ordinal), all);
        keys.Count(k => k.StartsWith("guests(", StringComparison.Ordinal)).ShouldBe(1, all);
        keys.Count.ShouldBeLessThanOrEqualTo(8, all);
        drops.Changes.Select(c => ((DropIndexSpec)c.Operation).Name).ShouldBe(["payments_by_key", "weddings_by_couple"], ignoreOrder: true);

        await scene.BuildAsync(advice);
        await scene.ExecuteAsync("ANALYZE");
        var again = await scene.AdviseAsync(workload, new AdviseLimits());
        again.Changes.ShouldBeEmpty(string.Join("; ", again.Changes.Select(c => c.Operation.Title() + " " + string.Join(' ', c.Evidence))));
    }

    private static WorkloadStatement Operation(long id, string name, long calls, double meanMs, long rows = 1)
        => AdviseScene.Statement(id, SqlScript.LoadStatement($"operations/{name}.sql"), calls, calls * meanMs, rows * calls);
}
