using Shouldly;
using Xunit;

namespace Almanac.Tests.Architecture;

/// <summary>The test of the tests: code that breaks a rule is found, and told where it belongs.</summary>
public sealed class HouseRulesOnSamplesTests
{
    private static IReadOnlyList<CodeType> Samples { get; } = CodeMap.Read(typeof(HouseRulesOnSamplesTests).Assembly.Location, "Forbidden.");

    [Fact]
    public void A_room_that_calls_upwards_is_reported_with_what_it_may_use()
        => HouseRules.Table(Samples).ShouldContain(
            "Almanac.Calendars.CalendarThatAsksTheGuard (Calendars) refers to Almanac.Guard.SampleRules (Guard): calls go downwards only, and Calendars may use Model; "
            + "move what both need down to Model, or the caller up to where it may know Guard.");

    [Fact]
    public void A_capability_that_knows_another_is_sent_to_a_flow()
        => HouseRules.Table(Samples).ShouldContain(
            "Almanac.Advise.AdvisorThatKnowsTheForecast (Advise) refers to Almanac.Forecast.SampleForecast (Forecast): "
            + "capabilities are blind to each other; let a Flow hand the data over as a Model record, or read it from the Ledger.");

    [Theory]
    [InlineData("Almanac.Cellar.TypeInAnUnknownRoom lives in 'Cellar', which is no room of the house")]
    [InlineData("Almanac.TypeInTheRoot lives in the root")]
    public void A_type_outside_of_the_rooms_is_reported(string start)
        => HouseRules.Table(Samples).ShouldContain(s => s.StartsWith(start, StringComparison.Ordinal));

    [Theory]
    [InlineData("uses Almanac.Tools.Postgres.PostgresWriter: only Change acts")]
    [InlineData("uses Npgsql.NpgsqlConnection: Npgsql stays in Tools/Postgres, Store and Load")]
    [InlineData("makes a PrivateTarget: only Embedded may")]
    [InlineData("uses ScratchWriter: private clusters are written to from")]
    [InlineData("uses PostgresClient, which can do anything")]
    [InlineData("uses System.Diagnostics.ProcessStartInfo: child processes are started by")]
    public void Code_outside_of_change_that_could_act_is_reported(string sentence)
        => HouseRules.Acting(Samples).ShouldContain(s => s.StartsWith("Almanac.Advise.AdvisorThatWrites " + sentence, StringComparison.Ordinal));

    [Fact]
    public void An_executor_in_change_may_act()
        => HouseRules.Acting(Samples).ShouldNotContain(s => s.Contains("ExecutorThatMay", StringComparison.Ordinal));

    [Theory]
    [InlineData("System.IO.File")]
    [InlineData("System.TimeProvider")]
    [InlineData("Random without a seed")]
    [InlineData("Environment.get_ProcessId()")]
    public void An_impure_type_without_the_suffix_is_reported(string what)
        => HouseRules.Purity(Samples).ShouldContain(s => s.StartsWith($"Almanac.Advise.ScorerThatIsNotPure uses {what}: its name does not end in", StringComparison.Ordinal));

    [Fact]
    public void A_collector_may_do_input_output()
        => HouseRules.Purity(Samples).ShouldNotContain(s => s.Contains("SampleCollector", StringComparison.Ordinal));

    [Fact]
    public void A_guard_rule_that_reads_a_store_is_reported()
        => HouseRules.Purity(Samples).ShouldContain("Almanac.Guard.RulesThatRead (Guard) uses Almanac.Ledger.SampleStore: Guard is pure; pass what was read as a record.");
}
