using System.Text.Json;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Model;

public sealed class ChangeIdsTests
{
    private static readonly CreateIndexSpec Index = new() { Schema = "public", Table = "guests", Name = "guests_wedding_id_1", Keys = ["wedding_id"] };

    [Fact]
    public void The_same_operation_on_the_same_database_has_the_same_id()
        => ChangeIds.For("1/app", Index with { }).ShouldBe(ChangeIds.For("1/app", Index));

    [Fact]
    public void Another_database_or_operation_has_another_id()
    {
        var id = ChangeIds.For("1/app", Index);
        ChangeIds.For("2/app", Index).ShouldNotBe(id);
        ChangeIds.For("1/app", Index with { Keys = ["id"] }).ShouldNotBe(id);
        id.ShouldStartWith("ci-");
        ChangeIds.For("1/app", new AlterSettingSpec { Name = "work_mem", Value = "8MB" }).ShouldStartWith("as-");
    }

    [Fact]
    public void Index_names_fit_into_63_bytes_and_differ_when_the_definition_does()
    {
        var table = new string('t', 70);
        var a = IndexNames.For(table, "(a)", ["a"]);
        a.Length.ShouldBeLessThanOrEqualTo(63);
        a.ShouldNotBe(IndexNames.For(table, "(b)", ["b"]));
        IndexNames.For("vendors", "(region, rating DESC)", ["region", "rating DESC"]).ShouldStartWith("vendors_region_rating_");
    }

    [Fact]
    public void An_operation_survives_json_with_its_kind()
    {
        OperationSpec spec = Index with { Predicate = "active", Included = ["price_min"] };
        var json = JsonSerializer.Serialize(spec, ModelJson.Options);
        json.ShouldContain("\"kind\":\"create-index\"");
        var back = JsonSerializer.Deserialize<OperationSpec>(json, ModelJson.Options).ShouldBeOfType<CreateIndexSpec>();
        back.ToSql(concurrently: true).ShouldBe("CREATE INDEX CONCURRENTLY guests_wedding_id_1 ON public.guests (wedding_id) INCLUDE (price_min) WHERE active");
    }

    [Fact]
    public void Instants_are_written_as_iso_and_durations_as_seconds()
    {
        JsonSerializer.Serialize(Instant.FromUtc(2027, 6, 19, 14, 0), ModelJson.Options).ShouldBe("\"2027-06-19T14:00:00Z\"");
        JsonSerializer.Serialize(Duration.FromMinutes(40), ModelJson.Options).ShouldBe("2400");
    }
}
