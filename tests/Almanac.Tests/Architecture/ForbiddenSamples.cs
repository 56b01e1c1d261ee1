// Sample code that breaks each rule, for the test of the tests. The prefix 'Forbidden.' is cut off before the rules are asked.
#pragma warning disable RS0030, MA0182, MA0047, CA5394, CA1801, IDE0060, IDE0130

namespace Forbidden.Almanac.Calendars
{
    internal sealed class CalendarThatAsksTheGuard
    {
        public static object Ask() => new Guard.SampleRules();
    }
}

namespace Forbidden.Almanac.Guard
{
    internal sealed class SampleRules;

    internal sealed class RulesThatRead
    {
        public static int Length(Ledger.SampleStore store) => store.GetHashCode();
    }
}

namespace Forbidden.Almanac.Ledger
{
    internal sealed class SampleStore;
}

namespace Forbidden.Almanac.Advise
{
    internal sealed class AdvisorThatKnowsTheForecast
    {
        public static IReadOnlyList<Forecast.SampleForecast> Forecasts { get; } = [];
    }

    internal sealed class AdvisorThatWrites
    {
        public static async Task ActAsync(global::Almanac.Tools.Postgres.PostgresWriter writer) => await writer.ExecuteAsync("drop index x", CancellationToken.None);

        public static Type Npgsql() => typeof(global::Npgsql.NpgsqlConnection);

        public static object Target(global::Almanac.Config.ConnectionTarget target) => new global::Almanac.Tools.Postgres.PrivateTarget(target);

        public static Func<object> Scratch() => () => typeof(global::Almanac.Tools.Postgres.ScratchWriter);

        public static Type Client() => typeof(global::Almanac.Tools.Postgres.PostgresClient);

        public static object Child() => new System.Diagnostics.ProcessStartInfo();
    }

    internal sealed class ScorerThatIsNotPure
    {
        public static string Read() => File.ReadAllText("x");

        public static async Task<DateTimeOffset> LaterAsync(TimeProvider clock)
        {
            await Task.Yield();
            return clock.GetUtcNow();
        }

        public static int Chance() => new Random().Next() + Random.Shared.Next() + Environment.ProcessId;

        public static int Repeatable() => new Random(7).Next();
    }

    internal sealed class SampleCollector
    {
        public static string Read() => File.ReadAllText("x");
    }
}

namespace Forbidden.Almanac.Forecast
{
    internal sealed class SampleForecast;
}

namespace Forbidden.Almanac.Change.Operations
{
    internal sealed class ExecutorThatMay
    {
        public static async Task ActAsync(global::Almanac.Tools.Postgres.PostgresWriter writer) => await writer.ExecuteAsync("drop index x", CancellationToken.None);
    }
}

namespace Forbidden.Almanac.Cellar
{
    internal sealed class TypeInAnUnknownRoom;
}

namespace Forbidden.Almanac
{
    internal sealed class TypeInTheRoot;
}
