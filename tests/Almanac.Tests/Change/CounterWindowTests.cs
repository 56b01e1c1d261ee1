using Almanac.Change;
using Almanac.Change.Operations;
using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Change;

public sealed class CounterWindowTests
{
    [Fact]
    public void Deltas_add_up_over_ticks_users_and_history_stays_apart()
    {
        var window = new CounterWindow([Counters(1, 7, 100, 1000)]);
        window.Add([Counters(1, 7, 110, 1050), Counters(2, 7, 4, 8)], 1);
        window.Add([Counters(1, 7, 110, 1050), Counters(2, 7, 5, 10)], 1);

        var sample = window.Of(7);
        sample.Calls.ShouldBe(15);
        sample.TotalMs.ShouldBe(60);
        sample.Ticks.Select(t => t.Calls).ShouldBe([14, 1]);
        window.HistoryOf(7).Calls.ShouldBe(100);
        window.Seconds.ShouldBe(2);
        window.Of(8).ShouldBe(StatementSample.None);
    }

    [Fact]
    public void A_reset_never_gives_a_negative_number()
    {
        var window = new CounterWindow([Counters(1, 7, 100, 1000)]);
        window.Add([Counters(1, 7, 3, 6)], 1);

        window.Of(7).Calls.ShouldBe(3);
        window.Of(7).TotalMs.ShouldBe(6);
        window.Of(7).SumOfSquaresMs2.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("integer", "kB", "64MB", "65536", true)]
    [InlineData("integer", "8kB", "256MB", "32768", true)]
    [InlineData("integer", "8kB", "256MB", "32767", false)]
    [InlineData("integer", "ms", "5min", "300000", true)]
    [InlineData("real", null, "1.1", "1.10", true)]
    [InlineData("real", "ms", "2ms", "2", true)]
    [InlineData("integer", null, "64MB", "64", false)]
    [InlineData("bool", null, "yes", "on", true)]
    [InlineData("bool", null, "off", "on", false)]
    [InlineData("enum", null, "Replica", "replica", true)]
    [InlineData("string", null, "a, b", "a,b", true)]
    public void Setting_values_are_compared_by_meaning(string type, string? unit, string one, string other, bool same)
        => SettingText.Same(type, unit, one, other).ShouldBe(same);

    [Fact]
    public void Alter_system_quotes_values_and_the_elements_of_lists()
    {
        SettingText.AlterSystem("work_mem", "64MB").ShouldBe("ALTER SYSTEM SET work_mem = '64MB'");
        SettingText.AlterSystem("shared_preload_libraries", "pg_stat_statements,auto_explain").ShouldBe("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements', 'auto_explain'");
        SettingText.AlterSystem("auto_explain.log_min_duration", "it's").ShouldBe("ALTER SYSTEM SET auto_explain.log_min_duration = 'it''s'");
    }

    private static StatementCounters Counters(uint user, long query, long calls, double total) => new()
    {
        Key = new StatementKey(user, query, true),
        Calls = calls,
        TotalMs = total,
        StdDevMs = 1,
        Rows = 0,
        SharedHit = calls,
        SharedRead = 0,
        SharedDirtied = 0,
        TempRead = 0,
        TempWritten = 0,
        WalBytes = 0,
    };
}
