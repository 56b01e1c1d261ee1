using Almanac.Calendars;
using Almanac.Change;
using Almanac.Flows;
using Almanac.IntegrationTests.Change;
using Almanac.Model;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Flows;

public sealed class TuneFlowTests(PostgresFixture postgres)
{
    private const string Items = "CREATE TABLE items (id int PRIMARY KEY, owner int NOT NULL); INSERT INTO items SELECT g, g % 100 FROM generate_series(1, 2000) g";

    [Fact]
    public async Task What_could_not_be_done_ends_with_its_own_code_and_hint()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);

        var result = await RunAsync(harness, new FlowWatch(_ => { }), CancellationToken.None, harness.Propose(ChangeHarness.Index("nowhere", "a")));

        result.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        result.Changes.ShouldHaveSingleItem().Hint.ShouldNotBeNull().ShouldContain("schema changed");
    }

    [Fact]
    public async Task Interrupted_in_a_build_it_reports_what_was_done_and_begins_nothing_more()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await using var holder = await harness.HoldSnapshotAsync();
        using var interrupt = new CancellationTokenSource();
        var progress = new FlowWatch(p =>
        {
            if (p.Text.Contains("waiting for old snapshots", StringComparison.Ordinal))
            {
                interrupt.Cancel();
            }
        });
        var (first, second) = (ChangeHarness.Index("items", "owner"), ChangeHarness.Index("items", "owner", "id"));

        var result = await RunAsync(harness, progress, interrupt.Token, harness.Propose(first), harness.Propose(second));

        result.ExitCode.ShouldBe(ExitCode.Interrupted);
        result.Changes.ShouldHaveSingleItem().Status.ShouldBe(TuneStatus.Failed);
        (await harness.IndexStateAsync(first.Name)).ShouldBe("none");
        (await harness.KindsAsync(harness.Propose(second))).ShouldBeEmpty();
    }

    private static Task<TuneResult> RunAsync(ChangeHarness harness, IProgress<FlowProgress> progress, CancellationToken cancellation, params ProposedChange[] given)
        => new TuneFlow(TimeProvider.System).RunAsync(
            new TuneRequest
            {
                Target = harness.Target,
                Apply = true,
                Profile = new CalendarProfile { Name = "test", PrimaryRegion = "utc", Regions = [new RegionCalendar { Id = "utc", Name = "UTC", Zone = DateTimeZone.Utc, Protections = [] }] },
                Regions = ["utc"],
                Measure = ChangeHarness.Instantly,
                Given = given,
            },
            progress,
            cancellation);

    private sealed class FlowWatch(Action<FlowProgress> seen) : IProgress<FlowProgress>
    {
        public void Report(FlowProgress value) => seen(value);
    }
}
