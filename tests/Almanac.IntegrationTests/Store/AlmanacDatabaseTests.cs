using Almanac.Config;
using Almanac.Model;
using Almanac.Store;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.IntegrationTests.Store;

public sealed class AlmanacDatabaseTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Nothing_is_created_without_consent()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var error = await Should.ThrowAsync<AlmanacException>(AlmanacDatabase.OpenAsync(database.Target, createSchema: false, None));
        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        (await AlmanacDatabase.HasSchemaAsync(database.Target, None)).ShouldBeFalse();
        (await database.ScalarAsync<bool>("select to_regnamespace('almanac') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task With_consent_the_schema_is_made_once_and_opened_again_without()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using (var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None))
        {
            store.Role.ShouldBe("postgres");
        }

        (await AlmanacDatabase.HasSchemaAsync(database.Target, None)).ShouldBeTrue();
        await using var again = await AlmanacDatabase.OpenAsync(database.Target, createSchema: false, None);
        (await again.ScalarAsync<int>("select count(*)::int from almanac.schema_version", null, None)).ShouldBe(Migrations.Known.Count);
    }

    [Fact]
    public async Task Many_processes_may_migrate_at_once()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None)));
        foreach (var store in opened)
        {
            await store.DisposeAsync();
        }

        (await database.ScalarAsync<long>("select count(*) from almanac.schema_version")).ShouldBe(Migrations.Known.Count);
    }

    [Fact]
    public async Task A_migration_applied_from_another_text_is_refused()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await CreateAsync(database.Target);
        await database.ExecuteAsync("update almanac.schema_version set checksum = 'x' where version = 1");
        var error = await Should.ThrowAsync<AlmanacException>(AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None));
        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Message.ShouldContain("different text");
    }

    [Fact]
    public async Task A_schema_of_a_newer_Almanac_is_refused()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await CreateAsync(database.Target);
        await database.ExecuteAsync("insert into almanac.schema_version (version, name, checksum) values (9999, 'future', 'x')");
        var error = await Should.ThrowAsync<AlmanacException>(AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None));
        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Message.ShouldContain("version 9999 (future)");
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var client = await PostgresClient.OpenAsync(database.Target, new SessionOptions { Word = "test", ReadOnly = false }, None);
        Migration[] known = [new(1, "good", "create table almanac.good ()"), new(2, "bad", "create table almanac.half (); select 1/0")];
        await Should.ThrowAsync<AlmanacException>(new MigrationWriter(client, known).MigrateAsync(createSchema: true, None));
        (await database.ScalarAsync<int>("select max(version) from almanac.schema_version")).ShouldBe(1);
        (await database.ScalarAsync<bool>("select to_regclass('almanac.half') is null")).ShouldBeTrue();

        await new MigrationWriter(client, [known[0], new(2, "bad", "create table almanac.whole ()")]).MigrateAsync(createSchema: false, None);
        (await database.ScalarAsync<int>("select max(version) from almanac.schema_version")).ShouldBe(2);
    }

    [Fact]
    public async Task A_role_without_the_right_to_create_gets_a_sentence_and_a_hint()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var poor = await RoleAsync(database, "poor");
        var error = await Should.ThrowAsync<AlmanacException>(AlmanacDatabase.OpenAsync(poor, createSchema: true, None));
        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Hint.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_session_is_renewed_when_the_server_ended_it()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'almanac/store' and datname = current_database()");
        (await store.ScalarAsync<int>("select 7", null, None)).ShouldBe(7);
    }

    [Fact]
    public async Task Work_that_fails_is_rolled_back_as_a_whole_and_the_store_stays_usable()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        await Should.ThrowAsync<AlmanacException>(store.InTransactionAsync(
            async session =>
            {
                await session.ExecuteAsync("create table almanac.half ()", null, None);
                return await session.ExecuteAsync("select 1/0", null, None);
            },
            None));
        (await store.ScalarAsync<bool>("select to_regclass('almanac.half') is null", null, None)).ShouldBeTrue();
    }

    internal static async Task<ConnectionTarget> RoleAsync(TestDatabase database, string name)
    {
        var role = $"{name}_{database.Target.Database}";
        await database.ExecuteAsync($"create role {role} login password 'secret'");
        return database.Target with { User = role, Password = "secret" };
    }

    private static async Task CreateAsync(ConnectionTarget target)
    {
        await using var store = await AlmanacDatabase.OpenAsync(target, createSchema: true, None);
    }
}
