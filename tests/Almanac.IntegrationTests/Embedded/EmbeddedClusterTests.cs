using Almanac.Embedded;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Embedded;

public sealed class EmbeddedClusterTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Runs_as_an_ordinary_user_with_checksums_and_both_extensions()
    {
        await using var database = await postgres.CreateDatabaseAsync();

        (await database.ScalarAsync<string>("SHOW data_checksums")).ShouldBe("on");
        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_extension WHERE extname IN ('hypopg', 'pg_stat_statements')")).ShouldBe(2);
        var owner = File.ReadLines($"/proc/{postgres.Cluster.PostmasterPid}/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal));
        owner.Split('\t')[1].ShouldNotBe("0");
    }

    [Fact]
    public async Task Answers_on_loopback_only_and_asks_for_the_password()
    {
        (await ScalarAsync("SHOW listen_addresses")).ShouldBe("127.0.0.1");
        var stranger = postgres.Cluster.Target().Target with { Password = "wrong" };
        var error = await Should.ThrowAsync<Almanac.Model.AlmanacException>(PostgresReader.OpenAsync(stranger, "test", CancellationToken.None));
        error.ExitCode.ShouldBe(Almanac.Model.ExitCode.Unreachable);
    }

    [Fact]
    public async Task Disposing_stops_the_server_and_removes_its_folder()
    {
        _ = postgres.Cluster;
        var cluster = await StartAsync("test");
        var (pid, folder) = (cluster.PostmasterPid, cluster.Folder);

        await cluster.DisposeAsync();

        Directory.Exists(folder).ShouldBeFalse();
        ProcessIdentity.Of(pid).ShouldBeNull();
    }

    [Fact]
    public async Task A_cluster_whose_owner_died_is_removed_by_the_next_start_and_others_stay()
    {
        _ = postgres.Cluster;
        var root = Directory.CreateTempSubdirectory("almanac-").FullName;
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        try
        {
            var registry = new EmbeddedRegistry(root);
            var orphan = await StartAsync("orphan", root);
            var mine = await StartAsync("mine", root);
            registry.Write(orphan.Record with { Owner = orphan.Record.Owner with { StartTicks = "1" } });

            var removed = await registry.RemoveStaleAsync(CancellationToken.None);

            removed.Select(r => r.Id).ShouldBe([orphan.Record.Id]);
            Directory.Exists(orphan.Folder).ShouldBeFalse();
            registry.IsRunning(mine.Record.Id).ShouldBeTrue();
            await mine.DisposeAsync();
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task Only_the_very_server_is_found_and_not_a_copy_that_shares_its_identifier()
    {
        var record = postgres.Cluster.Record;
        var registry = new EmbeddedRegistry(Path.GetDirectoryName(postgres.Cluster.Folder));
        await using var reader = await PostgresReader.OpenAsync(postgres.Cluster.Target().Target, "test", CancellationToken.None);
        var started = await reader.ScalarAsync<DateTime>("SELECT pg_postmaster_start_time()", null, CancellationToken.None);
        var at = Instant.FromDateTimeUtc(DateTime.SpecifyKind(started, DateTimeKind.Utc));

        registry.Find(record.SystemIdentifier!, at)!.Id.ShouldBe(record.Id);
        registry.Find(record.SystemIdentifier!, at + Duration.FromMinutes(1)).ShouldBeNull();
        registry.Find("7000000000000000000", at).ShouldBeNull();
    }

    [Fact]
    public async Task A_copy_that_is_to_stay_is_left_alone_while_its_owner_still_makes_it_and_a_record_cannot_name_another_folder()
    {
        var root = Directory.CreateTempSubdirectory("almanac-").FullName;
        try
        {
            var registry = new EmbeddedRegistry(root);
            var making = postgres.Cluster.Record with { Id = "making", Keep = true, Owner = ProcessIdentity.Current(), SystemIdentifier = null };
            Directory.CreateDirectory(registry.FolderOf("making"));
            registry.Write(making);
            Directory.CreateDirectory(registry.FolderOf("forged"));
            File.WriteAllText(
                Path.Combine(registry.FolderOf("forged"), "cluster.json"),
                File.ReadAllText(Path.Combine(registry.FolderOf("making"), "cluster.json")).Replace("making", "../elsewhere", StringComparison.Ordinal));

            (await registry.RemoveStaleAsync(CancellationToken.None)).ShouldBeEmpty();

            registry.List().Select(r => r.Id).ShouldBe(["making"]);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_behind_and_names_the_cause()
    {
        _ = postgres.Cluster;
        var root = Directory.CreateTempSubdirectory("almanac-").FullName;
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        try
        {
            var options = new EmbeddedOptions
            {
                Purpose = "test",
                Root = root,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["shared_buffers"] = "nonsense" },
            };

            var error = await Should.ThrowAsync<Almanac.Model.AlmanacException>(EmbeddedCluster.StartAsync(options, TimeProvider.System, CancellationToken.None));

            error.ExitCode.ShouldBe(Almanac.Model.ExitCode.ToolFailed);
            Directory.GetDirectories(root).ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private async Task<string> ScalarAsync(string sql)
    {
        await using var reader = await PostgresReader.OpenAsync(postgres.Cluster.Target().Target, "test", CancellationToken.None);
        return await reader.ScalarAsync<string>(sql, null, CancellationToken.None);
    }

    private static Task<EmbeddedCluster> StartAsync(string purpose, string? root = null)
        => EmbeddedCluster.StartAsync(new EmbeddedOptions { Purpose = purpose, Root = root, Durable = false }, TimeProvider.System, CancellationToken.None);
}
