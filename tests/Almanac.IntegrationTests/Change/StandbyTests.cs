using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Almanac.Embedded;
using Almanac.Model;
using Almanac.Testing;
using Shouldly;

namespace Almanac.IntegrationTests.Change;

public sealed class StandbyTests(PostgresFixture postgres)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_standby_is_not_changed_and_the_hint_names_the_primary()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, owner int)", "CREATE INDEX items_owner ON items (owner)");
        var drop = await harness.DropAsync("items", "items_owner");
        var programs = ServerPrograms.Find();
        var folder = Path.Combine(postgres.Cluster.Folder, "standby");
        var uri = EmbeddedCluster.UriOf(postgres.Cluster.Record with { Database = "postgres" });
        var port = FreePort();
        (await programs.RunAsync("pg_basebackup", ["-d", uri, "-D", folder, "-R", "-X", "stream", "-c", "fast"], Deadline, CancellationToken.None)).ExitCode.ShouldBe(0);
        try
        {
            var options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -c unix_socket_directories=''");
            (await programs.RunAsync("pg_ctl", ["start", "-D", folder, "-w", "-l", Path.Combine(folder, "log"), "-o", options], Deadline, CancellationToken.None)).ExitCode.ShouldBe(0);
            var standby = harness.Target with { Hosts = ["127.0.0.1"], Ports = [port], SslMode = "disable" };

            foreach (var operation in new OperationSpec[] { ChangeHarness.Index("items", "owner"), drop, new AlterSettingSpec { Name = "work_mem", Value = "8MB" } })
            {
                var outcome = await harness.Runner(target: standby).RunAsync(harness.Propose(operation), harness.Options(ChangeHarness.Instantly), null, CancellationToken.None);
                outcome.Code.ShouldBe(ExitCode.PrerequisiteMissing);
                outcome.Sentence.ShouldContain("standby");
                outcome.Hint.ShouldBe("Point Almanac at the primary.");
            }
        }
        finally
        {
            await programs.RunAsync("pg_ctl", ["stop", "-D", folder, "-m", "immediate"], Deadline, CancellationToken.None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
