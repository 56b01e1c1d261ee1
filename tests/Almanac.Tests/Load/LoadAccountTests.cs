using System.Text.Json;
using Almanac.Load;
using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Load;

public sealed class LoadAccountTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly OpenLoopPlan Plan = new()
    {
        Seed = 1,
        Connections = 2,
        Duration = TimeSpan.FromSeconds(10),
        Classes = [new LoadClass { Name = "search", RatePerSecond = 10, ObjectiveMs = 100, Statements = [] }],
    };

    [Fact]
    public void A_run_that_answers_in_time_is_limited_by_nothing()
    {
        var result = Of(record => Done(record, 100, latency: 5, inTime: true));

        result.Limit.ShouldBe(LoadLimit.None);
        result.AchievedRate.ShouldBe(10);
        result.Classes[0].ObjectiveMet.ShouldBe(true);
    }

    [Fact]
    public void Arrivals_that_were_never_sent_count_with_what_they_had_waited()
    {
        var result = Of(record =>
        {
            Done(record, 90, latency: 5, inTime: true);
            for (var i = 0; i < 10; i++)
            {
                record.Unsent(0, TimeSpan.FromSeconds(4));
            }
        });

        result.Limit.ShouldBe(LoadLimit.Target);
        result.Classes[0].Unsent.ShouldBe(10);
        result.Classes[0].P99Ms.ShouldBeGreaterThanOrEqualTo(4000);
        result.Classes[0].Service.P99Ms.ShouldBeLessThan(6);
        result.Classes[0].ObjectiveMet.ShouldBe(false);
    }

    [Fact]
    public void A_late_generator_is_not_blamed_on_the_target()
    {
        var result = Of(record =>
        {
            Done(record, 100, latency: 30, inTime: false);
            for (var i = 0; i < 100; i++)
            {
                record.Waited(late: 20 * Millisecond, queued: TimeSpan.Zero);
            }
        });

        result.Limit.ShouldBe(LoadLimit.Generator);
    }

    [Fact]
    public void Errors_are_counted_by_state_and_are_in_no_percentile()
    {
        var result = Of(record =>
        {
            record.Done(0, "40001", TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(9), inTime: true);
            Done(record, 10, latency: 5, inTime: true);
        });

        result.ErrorCount.ShouldBe(1);
        result.Classes[0].Errors["40001"].ShouldBe(1);
        result.Classes[0].MaxMs.ShouldBeLessThan(6);
        result.Count.ShouldBe(10);
    }

    [Fact]
    public void The_threads_records_are_added_up()
    {
        var records = new[] { 3, 4 }.Select(count =>
        {
            var record = new LoadRecord(1);
            Done(record, count, latency: count, inTime: true);
            return record;
        });

        var result = LoadAccount.Of(Plan, Plan.Duration, [.. records]);

        result.Count.ShouldBe(7);
        result.Classes[0].MaxMs.ShouldBe(4);
    }

    [Fact]
    public void A_result_survives_its_JSON()
    {
        var result = Of(record => Done(record, 5, latency: 2, inTime: true));

        var json = JsonSerializer.Serialize(result, ModelJson.Options);
        var read = JsonSerializer.Deserialize<LoadResult>(json, ModelJson.Options)!;

        JsonSerializer.Serialize(read, ModelJson.Options).ShouldBe(json);
        read.Classes[0].P50Ms.ShouldBe(result.Classes[0].P50Ms);
        read.Limit.ShouldBe(LoadLimit.None);
    }

    private static LoadResult Of(Action<LoadRecord> fill)
    {
        var record = new LoadRecord(1);
        fill(record);
        return LoadAccount.Of(Plan, Plan.Duration, [record]);
    }

    private static void Done(LoadRecord record, int count, double latency, bool inTime)
    {
        for (var i = 0; i < count; i++)
        {
            record.Done(0, null, latency * Millisecond, latency * Millisecond, inTime);
        }
    }
}
