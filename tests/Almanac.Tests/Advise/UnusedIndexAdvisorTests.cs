using Almanac.Advise.Unused;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Advise;

public sealed class UnusedIndexAdvisorTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 3, 1, 0, 0);

    [Fact]
    public void Duplicate_goes_and_the_one_behind_the_constraint_stays()
        => Dropped(Guests().Index("guests_pkey", ["a"], i => i with { IsUnique = true, IsPrimary = true, BacksConstraint = true, Scans = 0 }).Index("again", ["a"])).ShouldBe(["again"]);

    [Fact]
    public void Of_two_equal_indexes_the_busier_stays()
        => Dropped(Guests().Index("idle", ["a"], i => i with { Scans = 1 }).Index("busy", ["a"], i => i with { Scans = 99 })).ShouldBe(["idle"]);

    [Theory]
    [InlineData("b", null, "1978 0")]
    [InlineData("a DESC", null, "1978 0")]
    [InlineData("a", "(b > 3)", "1978 0")]
    [InlineData("a", null, "4217 0")]
    public void Index_that_differs_in_column_order_condition_or_operator_class_is_no_duplicate(string key, string? predicate, string classes)
        => Dropped(Guests().Index("one", ["a"]).Index("other", [key], i => i with { Predicate = predicate, OperatorClasses = classes })).ShouldBeEmpty();

    [Fact]
    public void Prefix_of_a_wider_index_goes()
        => Dropped(Guests().Index("narrow", ["a"]).Index("wide", ["a", "b"], i => i with { Bytes = 3 << 19 })).ShouldBe(["narrow"]);

    [Fact]
    public void Prefix_of_an_index_more_than_twice_its_size_stays()
        => Dropped(Guests().Index("narrow", ["a"]).Index("wide", ["a", "b"], i => i with { Bytes = 3 << 20 })).ShouldBeEmpty();

    [Fact]
    public void Unique_prefix_stays_because_it_is_a_rule()
        => Dropped(Guests().Index("rule", ["a"], i => i with { IsUnique = true }).Index("wide", ["a", "b"])).ShouldBeEmpty();

    [Fact]
    public void Column_inside_a_wider_index_is_no_prefix()
        => Dropped(Guests().Index("second", ["b"]).Index("wide", ["a", "b"])).ShouldBeEmpty();

    [Fact]
    public void Invalid_leftover_goes_and_needs_no_undo()
    {
        var advice = Advise(Guests().Index("leftover", ["a"], i => i with { IsValid = false }));

        var drop = advice.Changes.ShouldHaveSingleItem().Operation.ShouldBeOfType<DropIndexSpec>();
        drop.Invalid.ShouldBeTrue();
        advice.Changes[0].Estimate.Bytes.ShouldBe(-(1 << 20));
    }

    [Fact]
    public void Invalid_index_whose_build_may_be_under_way_stays()
    {
        var catalog = Guests().Index("young", ["a"], i => i with { IsValid = false });
        catalog.Building.Add(100);

        var advice = Advise(catalog);

        advice.Changes.ShouldBeEmpty();
        advice.Notes.ShouldHaveSingleItem().ShouldContain("young");
    }

    [Fact]
    public void Unused_on_a_short_history_is_not_provable_yet()
    {
        var advice = Advise(Guests().Index("idle", ["b"], i => i with { Scans = 0 }));

        advice.Changes.ShouldBeEmpty();
        advice.Notes.ShouldHaveSingleItem().ShouldContain("proves nothing yet");
    }

    [Fact]
    public void Unused_through_a_full_season_goes_unless_a_foreign_key_or_a_rule_needs_it()
    {
        var catalog = Guests()
            .Index("idle", ["b"], i => i with { Scans = 0 })
            .Index("for_key", ["a"], i => i with { Scans = 0 })
            .Index("rule", ["c"], i => i with { Scans = 0, IsUnique = true })
            .ForeignKey("guests", "a");

        Dropped(catalog, season: true).ShouldBe(["idle"]);
    }

    [Fact]
    public void Wide_index_that_takes_over_is_not_dropped_as_unused_itself()
        => Dropped(Guests().Index("narrow", ["a"]).Index("wide", ["a", "b"], i => i with { Scans = 0 }), season: true).ShouldBe(["narrow"]);

    [Fact]
    public void Drop_that_was_rolled_back_is_not_proposed_again()
    {
        var catalog = Guests().Index("one", ["a"]).Index("two", ["a"]);
        var id = Advise(catalog).Changes.Single().Id;

        var advice = UnusedIndexAdvisor.Advise(Input(catalog) with { RecentlyRejected = new HashSet<string> { id } });

        advice.Changes.ShouldBeEmpty();
        advice.Rejected.ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    private static CatalogBuilder Guests() => new CatalogBuilder().Table("guests", 100_000, CatalogBuilder.Column("a"), CatalogBuilder.Column("b"), CatalogBuilder.Column("c"));

    private static UnusedIndexInput Input(CatalogBuilder catalog, bool season = false) => new()
    {
        Target = "1/db",
        Catalog = catalog.Build(),
        Now = Now,
        CountersSince = Now - Duration.FromDays(season ? 400 : 3),
        FullSeasonObserved = season,
    };

    private static Advice Advise(CatalogBuilder catalog) => UnusedIndexAdvisor.Advise(Input(catalog));

    private static List<string> Dropped(CatalogBuilder catalog, bool season = false)
        => [.. UnusedIndexAdvisor.Advise(Input(catalog, season)).Changes.Select(c => ((DropIndexSpec)c.Operation).Name)];
}
