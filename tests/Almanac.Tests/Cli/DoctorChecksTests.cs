using Almanac.Cli.Doctor;
using Almanac.Tools.Postgres;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Cli;

/// <summary>What <c>doctor</c> says of a server and a login.</summary>
public sealed class DoctorChecksTests
{
    private static readonly ServerPrerequisites Healthy = new()
    {
        VersionNumber = 150018,
        Version = "15.18",
        Role = "almanac_advisor",
        Database = "shop",
        InRecovery = false,
        ServerTime = CliRun.Wednesday,
        Checksums = true,
        TrackIoTiming = true,
        ComputeQueryId = "auto",
        StatementsTrack = "top",
        StatementsInstalled = true,
        StatementsAvailable = true,
        StatementsPreloaded = true,
        HypopgInstalled = true,
        HypopgAvailable = true,
        Superuser = false,
        Replication = false,
        Monitors = true,
        Tables = 3,
        Readable = 3,
        Owned = 0,
        OwnerExample = "shop",
        SettableParameters = [],
    };

    [Fact]
    public void A_healthy_server_passes_every_check()
        => Judge(Healthy).ShouldAllBe(c => c.State == CheckState.Ok);

    [Fact]
    public void A_server_older_than_13_fails()
        => Of(Judge(Healthy with { VersionNumber = 120022 }), "version").State.ShouldBe(CheckState.Fail);

    [Fact]
    public void A_library_that_is_not_preloaded_is_added_to_the_ones_that_are()
    {
        var check = Of(Judge(Healthy with { StatementsPreloaded = false, PreloadedLibraries = "auto_explain" }), "pg_stat_statements");
        check.State.ShouldBe(CheckState.Fail);
        check.Fix.ShouldNotBeNull().ShouldStartWith("ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', 'pg_stat_statements'; then restart");
    }

    [Theory]
    [InlineData("off", "top", "compute_query_id")]
    [InlineData("auto", "none", "pg_stat_statements.track")]
    public void Statements_that_nobody_counts_fail(string queryId, string track, string setting)
    {
        var check = Of(Judge(Healthy with { ComputeQueryId = queryId, StatementsTrack = track }), "pg_stat_statements");
        check.State.ShouldBe(CheckState.Fail);
        check.Finding.ShouldContain(setting);
    }

    [Fact]
    public void A_standby_warns_an_advisor_and_fails_an_operator()
    {
        Of(Judge(Healthy with { InRecovery = true }), "primary").State.ShouldBe(CheckState.Warn);
        Of(Judge(Healthy with { InRecovery = true }, Purpose.Operator), "primary").State.ShouldBe(CheckState.Fail);
    }

    [Fact]
    public void Unreadable_tables_fail_with_the_grant_of_the_servers_version()
    {
        var found = Healthy with { Readable = 1, UnreadableExample = "guests", Role = "Odd Role" };
        Of(Judge(found), "SELECT").Fix.ShouldBe("GRANT pg_read_all_data TO \"Odd Role\";");
        Of(Judge(found with { VersionNumber = 130000 }), "SELECT").Fix.ShouldNotBeNull().ShouldContain("SELECT ON ALL TABLES");
    }

    [Fact]
    public void A_monitor_that_may_read_tables_holds_more_than_needed_when_that_is_its_named_purpose()
        => Of(DoctorChecks.Judge(Healthy, Duration.Zero, Purpose.Monitor, strict: true), "least privilege").Finding.ShouldContain("SELECT on 3 tables");

    [Fact]
    public void Attributes_that_nobody_needs_are_named()
    {
        var check = Of(Judge(Healthy with { Excess = ["CREATEDB", "pg_execute_server_program"] }), "least privilege");
        check.State.ShouldBe(CheckState.Warn);
        check.Finding.ShouldContain("CREATEDB, pg_execute_server_program");
    }

    [Theory]
    [InlineData(-1, CheckState.Ok)]
    [InlineData(90, CheckState.Warn)]
    [InlineData(-90, CheckState.Warn)]
    public void Clocks_that_differ_are_reported(int seconds, object state)
        => Of(DoctorChecks.Judge(Healthy, Duration.FromSeconds(seconds), Purpose.Advisor, strict: false), "clock").State.ShouldBe((CheckState)state);

    [Fact]
    public void Every_check_that_is_not_ok_says_how_to_mend_it()
    {
        var sick = Healthy with
        {
            VersionNumber = 120000, InRecovery = true, Checksums = false, TrackIoTiming = false, StatementsAvailable = false, HypopgInstalled = false,
            HypopgAvailable = false, Monitors = false, Readable = 0, SettableParameters = null,
        };
        foreach (var purpose in Enum.GetValues<Purpose>())
        {
            DoctorChecks.Judge(sick, Duration.FromHours(1), purpose, strict: true).Where(c => c.State != CheckState.Ok).ShouldAllBe(c => c.Fix != null);
        }
    }

    private static IReadOnlyList<DoctorCheck> Judge(ServerPrerequisites found, Purpose purpose = Purpose.Advisor) => DoctorChecks.Judge(found, Duration.Zero, purpose, strict: false);

    private static DoctorCheck Of(IReadOnlyList<DoctorCheck> checks, string name) => checks.Single(c => c.Check == name);
}
