using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Almanac.Embedded;
using Almanac.Model;
using Almanac.Observe;
using Almanac.Store;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.IntegrationTests.Observe;

public sealed class StandbySnapshotTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_standby_is_read_like_a_primary_and_refuses_the_store_with_a_hint()
    {
        _ = postgres.Cluster;
        await using var primary = await EmbeddedCluster.StartAsync(new EmbeddedOptions { Purpose = "test", Durable = false }, TimeProvider.System, None);
        var target = await primary.CreateDatabaseAsync("app", None);
        await using (var session = await ScratchWriter.OpenAsync(target, "test", None))
        {
            await session.ExecuteAsync("create table t (i int primary key); select pg_create_physical_replication_slot('forgotten', true)", None);
        }

        var programs = ServerPrograms.Find();
        var folder = Path.Combine(primary.Folder, "standby");
        var port = FreePort();
        (await programs.RunAsync("pg_basebackup", ["-d", EmbeddedCluster.UriOf(primary.Record), "-D", folder, "-R", "-X", "stream", "-c", "fast"], Deadline, None)).ExitCode.ShouldBe(0);
        try
        {
            var options = string.Create(CultureInfo.InvariantCulture, $"-p {port} -c unix_socket_directories=''");
            (await programs.RunAsync("pg_ctl", ["start", "-D", folder, "-w", "-l", Path.Combine(folder, "log"), "-o", options], Deadline, None)).ExitCode.ShouldBe(0);
            var standby = target.Target with { Hosts = ["127.0.0.1"], Ports = [port], SslMode = "disable" };

            await using var collector = new SnapshotCollector(standby);
            var there = await collector.CollectAsync(None);
            await using var collectorHere = new SnapshotCollector(target.Target);
            var here = await collectorHere.CollectAsync(None);

            there.Server.InRecovery.ShouldBeTrue();
            there.Server.Target.ShouldBe(here.Server.Target);
            there.Relations.ShouldHaveSingleItem().Name.ShouldBe("t");
            there.Statements.ShouldNotBeNull();
            here.Replication.ShouldContain(r => r.State == "streaming" || r.State == "catchup");
            here.Replication.ShouldContain(r => r.Name == "forgotten" && r.State == "unused slot");

            // A node has counters of its own: between the two nothing can be subtracted.
            SnapshotDifference.Between(here, there with { TakenAt = here.TakenAt + NodaTime.Duration.FromSeconds(1) }, new Dictionary<long, string>())
                .Gaps.ShouldNotBeEmpty();

            var error = await Should.ThrowAsync<AlmanacException>(AlmanacDatabase.OpenAsync(standby, createSchema: true, None));
            error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
            error.Hint.ShouldNotBeNull().ShouldContain("primary");
        }
        finally
        {
            await programs.RunAsync("pg_ctl", ["stop", "-D", folder, "-m", "immediate"], Deadline, None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
