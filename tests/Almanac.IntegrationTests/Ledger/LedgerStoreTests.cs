using Almanac.IntegrationTests.Store;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Store;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Ledger;

public sealed class LedgerStoreTests(PostgresFixture postgres)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Instant Start = Instant.FromUtc(2027, 6, 18, 9, 0) + Duration.FromNanoseconds(123_456_789);

    [Fact]
    public async Task What_is_appended_reads_back_exactly_as_it_was_hashed()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var ledger = new LedgerStore(store);
        var written = await ledger.AppendAsync(LedgerKind.Denied, "7/db", "ci-1", new DeniedPayload("Ünïcode 💍, \"quotes\", \\ and \n lines \u0000"), Start, None);

        var read = (await ledger.ReadAsync(new LedgerFilter(), None)).ShouldHaveSingleItem();

        read.ShouldBe(written);
        read.Actor.ShouldBe("postgres");
        read.At.ShouldBe(Instant.FromUtc(2027, 6, 18, 9, 0) + Duration.FromNanoseconds(123_456_000));
        read.Read<DeniedPayload>().Reason.ShouldStartWith("Ünïcode 💍");
        LedgerChain.Hash(read).ShouldBe(read.Hash);
    }

    [Fact]
    public async Task Parallel_writers_make_one_chain()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None)));
        await Task.WhenAll(stores.SelectMany(store => Enumerable.Range(0, 20).Select(i =>
            new LedgerStore(store).AppendAsync(LedgerKind.Approved, null, "ci-1", new ApprovedPayload($"{i}"), Start, None))));

        var check = await new LedgerStore(stores[0]).VerifyAsync(null, None);

        check.Problem.ShouldBeNull();
        check.Entries.ShouldBe(120);
        check.Head.ShouldNotBeNull().Sequence.ShouldBe(120);
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Entries_are_found_by_target_change_kind_time_and_place()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await using var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var ledger = new LedgerStore(store);
        (await ledger.HeadAsync(None)).ShouldBeNull();
        for (var i = 0; i < 6; i++)
        {
            await ledger.AppendAsync(i % 2 == 0 ? LedgerKind.Approved : LedgerKind.RollbackFailed, $"7/{i % 3}", i < 2 ? null : $"ci-{i % 2}", new ApprovedPayload("x"), Start + Duration.FromHours(i), None);
        }

        async Task<long[]> Found(LedgerFilter filter) => [.. (await ledger.ReadAsync(filter, None)).Select(e => e.Sequence)];
        (await Found(new LedgerFilter { Target = "7/0" })).ShouldBe([1L, 4]);
        (await Found(new LedgerFilter { ChangeId = "ci-1" })).ShouldBe([4L, 6]);
        (await Found(new LedgerFilter { Kinds = [LedgerKind.RollbackFailed] })).ShouldBe([2L, 4, 6]);
        (await Found(new LedgerFilter { After = 4 })).ShouldBe([5L, 6]);
        (await Found(new LedgerFilter { Since = Start + Duration.FromHours(3) })).ShouldBe([4L, 5, 6]);
        (await Found(new LedgerFilter { Newest = 2 })).ShouldBe([5L, 6]);
        (await ledger.HeadAsync(None)).ShouldNotBeNull().Sequence.ShouldBe(6);
    }

    [Fact]
    public async Task The_owner_cannot_update_delete_or_truncate_even_after_granting_it_to_itself()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var owner = await AlmanacDatabaseTests.RoleAsync(database, "owner");
        await database.ExecuteAsync($"grant create on database {database.Target.Database} to {owner.User}");
        await using var store = await AlmanacDatabase.OpenAsync(owner, createSchema: true, None);
        var entry = await new LedgerStore(store).AppendAsync(LedgerKind.Approved, null, null, new ApprovedPayload("x"), Start, None);
        entry.Actor.ShouldBe(owner.User);

        string[] attempts = ["update almanac.ledger_entry set payload = '{}'", "delete from almanac.ledger_entry", "truncate almanac.ledger_entry"];
        foreach (var attempt in attempts)
        {
            (await Should.ThrowAsync<AlmanacException>(store.ExecuteAsync(attempt, null, None))).Message.ShouldContain("permission denied");
        }

        await store.ExecuteAsync($"grant all on almanac.ledger_entry to {owner.User}", null, None);
        foreach (var attempt in attempts)
        {
            (await Should.ThrowAsync<AlmanacException>(store.ExecuteAsync(attempt, null, None))).Message.ShouldContain("append-only");
        }

        (await new LedgerStore(store).VerifyAsync(null, None)).Entries.ShouldBe(1);
    }

    [Fact]
    public async Task A_superuser_meets_the_triggers_in_replica_mode_too()
    {
        await using var ledger = await FilledAsync();
        await using var session = await ledger.Database.OpenScratchAsync();
        await session.ExecuteAsync("set session_replication_role = replica", None);
        (await Should.ThrowAsync<AlmanacException>(session.ExecuteAsync("update almanac.ledger_entry set actor = 'x'", None))).Message.ShouldContain("append-only");
        (await Should.ThrowAsync<AlmanacException>(session.ExecuteAsync("delete from almanac.ledger_entry where false", None))).Message.ShouldContain("append-only");
        (await Should.ThrowAsync<AlmanacException>(session.ExecuteAsync("truncate almanac.ledger_entry", None))).Message.ShouldContain("append-only");
    }

    [Fact]
    public async Task An_entry_cannot_be_written_in_the_name_of_somebody_else_or_out_of_turn()
    {
        await using var ledger = await FilledAsync();
        const string insert = "insert into almanac.ledger_entry values ({0}, now(), 'approved', null, null, '{1}', '{{}}', {2}, repeat('b', 64))";
        const string last = "(select hash from almanac.ledger_entry order by sequence desc limit 1)";
        async Task<string> Refusal(int sequence, string actor, string previous)
            => (await Should.ThrowAsync<AlmanacException>(ledger.Database.ExecuteAsync(
                string.Format(System.Globalization.CultureInfo.InvariantCulture, insert, sequence, actor, previous)))).Message;

        (await Refusal(6, "somebody", last)).ShouldContain("cannot be written by postgres");
        (await Refusal(9, "postgres", last)).ShouldContain("does not follow");
        (await Refusal(6, "postgres", "repeat('c', 64)")).ShouldContain("does not follow");
    }

    [Theory]
    [InlineData("update almanac.ledger_entry set payload = '{\"reason\":\"forged\"}' where sequence = 3", LedgerFault.Changed, 3)]
    [InlineData("update almanac.ledger_entry set actor = 'ana' where sequence = 2", LedgerFault.Changed, 2)]
    [InlineData("update almanac.ledger_entry set at = at + interval '1 microsecond' where sequence = 5", LedgerFault.Changed, 5)]
    [InlineData("update almanac.ledger_entry set kind = 'no-such-kind' where sequence = 4", LedgerFault.Changed, 4)]
    [InlineData("delete from almanac.ledger_entry where sequence = 3", LedgerFault.Missing, 3)]
    [InlineData("delete from almanac.ledger_entry where sequence = 1", LedgerFault.Missing, 1)]
    [InlineData("update almanac.ledger_entry set sequence = case sequence when 2 then -4 else -2 end where sequence in (2, 4); update almanac.ledger_entry set sequence = -sequence where sequence < 0", LedgerFault.Reordered, 2)]
    [InlineData("delete from almanac.ledger_entry where sequence > 3", LedgerFault.Truncated, 4)]
    [InlineData("alter table almanac.ledger_entry disable trigger all; truncate almanac.ledger_entry", LedgerFault.Truncated, 1)]
    public async Task A_superuser_who_switches_the_triggers_off_is_found_out(string tampering, LedgerFault fault, long sequence)
    {
        await using var ledger = await FilledAsync();
        var head = (await ledger.Store.HeadAsync(None)).ShouldNotBeNull().ToString();
        (await ledger.Store.VerifyAsync(head, None)).Ok.ShouldBeTrue();

        await ledger.Database.ExecuteAsync("alter table almanac.ledger_entry disable trigger all; " + tampering);

        var problem = (await ledger.Store.VerifyAsync(head, None)).Problem.ShouldNotBeNull();
        problem.Fault.ShouldBe(fault);
        problem.Sequence.ShouldBe(sequence);
    }

    [Fact]
    public async Task A_ledger_that_has_grown_still_contains_an_earlier_head()
    {
        await using var ledger = await FilledAsync();
        var head = (await ledger.Store.HeadAsync(None)).ShouldNotBeNull().ToString();
        await ledger.Store.AppendAsync(LedgerKind.Approved, null, null, new ApprovedPayload("more"), Start, None);
        var check = await ledger.Store.VerifyAsync(head, None);
        check.Ok.ShouldBeTrue();
        check.Entries.ShouldBe(6);
    }

    private async Task<FilledLedger> FilledAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        var opened = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, None);
        var ledger = new LedgerStore(opened);
        for (var i = 1; i <= 5; i++)
        {
            await ledger.AppendAsync(LedgerKind.Approved, "7/db", "ci-1", new ApprovedPayload($"reason {i}"), Start + Duration.FromMinutes(i), None);
        }

        return new FilledLedger(database, opened, ledger);
    }

    private sealed record FilledLedger(TestDatabase Database, AlmanacDatabase Opened, LedgerStore Store) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Opened.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
