using Almanac.Change;
using Almanac.Model;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Change;

public sealed class RecoveryTests(PostgresFixture postgres)
{
    private const string Items = "CREATE TABLE items (id int PRIMARY KEY, owner int NOT NULL); INSERT INTO items SELECT g, g % 100 FROM generate_series(1, 2000) g";

    private static readonly CreateIndexSpec ByOwner = ChangeHarness.Index("items", "owner");

    [Fact]
    public async Task Without_anything_open_nothing_is_looked_at()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);

        var result = await SettleAsync(harness);

        result.Settlements.ShouldBeEmpty();
        result.Busy.ShouldBeNull();
    }

    [Fact]
    public async Task A_build_that_still_runs_is_ended_and_what_it_left_is_removed()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await using var holder = await harness.HoldSnapshotAsync();
        var change = harness.Propose(ByOwner);
        await using var orphan = await ActingWriter.OpenAsync(harness.Target, TimeSpan.FromMinutes(5), TimeProvider.System, CancellationToken.None);
        await harness.RecordApplyingAsync(change, orphan.ProcessId);
        var building = orphan.ExecuteAsync(ByOwner.ToSql(concurrently: true), CancellationToken.None);
        await harness.WaitForAsync("SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%')");

        var settlement = (await SettleAsync(harness)).Settlements.ShouldHaveSingleItem();

        settlement.Found.ShouldContain("still running");
        settlement.NeedsHuman.ShouldBeFalse();
        await Should.ThrowAsync<AlmanacException>(building);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Settled);
        (await SettleAsync(harness)).Settlements.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_invalid_index_is_removed()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await Should.ThrowAsync<AlmanacException>(harness.ExecuteAsync($"CREATE UNIQUE INDEX CONCURRENTLY {ByOwner.Name} ON items (owner)"));
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change, 999_999);

        var settlement = (await SettleAsync(harness)).Settlements.ShouldHaveSingleItem();

        settlement.Found.ShouldContain("invalid");
        settlement.Sql.ShouldBe([$"DROP INDEX CONCURRENTLY public.{ByOwner.Name}"]);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.KindsAsync(change)).ShouldBe([LedgerKind.Applying, LedgerKind.Settled]);
    }

    [Fact]
    public async Task An_index_that_the_server_finished_is_adopted_and_called_unproven()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, ByOwner.ToSql(concurrently: false));
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change);

        await SettleAsync(harness);

        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("valid");
        (await harness.KindsAsync(change)).ShouldBe([LedgerKind.Applying, LedgerKind.Settled, LedgerKind.Applied, LedgerKind.Verified]);
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Unproven);
    }

    [Fact]
    public async Task A_crash_between_the_entries_of_a_settlement_is_settled_next_time()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, ByOwner.ToSql(concurrently: false));
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change);
        await harness.RecordAsync(change, LedgerKind.Settled, new SettledPayload("found", "adopted", []));
        await harness.RecordAsync(change, LedgerKind.Applied, new AppliedPayload(new Receipt { ChangeId = change.Id, StartedAt = ChangeHarness.Monday, EndedAt = ChangeHarness.Monday, Sql = [] }));

        (await SettleAsync(harness)).Settlements.Count.ShouldBe(1);

        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Unproven);
        (await SettleAsync(harness)).Settlements.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_build_that_never_began_is_settled_as_nothing()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change);

        var settlement = (await SettleAsync(harness)).Settlements.ShouldHaveSingleItem();

        settlement.Found.ShouldContain("no index");
        settlement.Sql.ShouldBeEmpty();
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Settled);
    }

    [Fact]
    public async Task A_rollback_that_was_interrupted_is_completed()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, ByOwner.ToSql(concurrently: false));
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change);
        await RecordHarmAsync(harness, change);
        await harness.RecordAsync(change, LedgerKind.RollingBack, new RollingBackPayload("Harm.", []));

        await SettleAsync(harness);

        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.RolledBack);
    }

    [Fact]
    public async Task A_drop_that_was_interrupted_half_way_is_completed()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, "CREATE INDEX items_owner ON items (owner)");
        var drop = await harness.DropAsync("items", "items_owner");
        await harness.ExecuteAsync("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'items_owner'::regclass");
        var change = harness.Propose(drop);
        await harness.RecordApplyingAsync(change, definition: drop.Definition);

        var settlement = (await SettleAsync(harness)).Settlements.ShouldHaveSingleItem();

        settlement.Found.ShouldContain("half-way");
        (await harness.IndexStateAsync("items_owner")).ShouldBe("none");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Unproven);
    }

    [Fact]
    public async Task An_interrupted_rebuild_of_a_dropped_index_is_done_again()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, "CREATE INDEX items_owner ON items (owner)");
        var drop = await harness.DropAsync("items", "items_owner");
        await harness.ExecuteAsync("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'items_owner'::regclass");
        var change = harness.Propose(drop);
        await harness.RecordApplyingAsync(change, definition: drop.Definition);
        await RecordHarmAsync(harness, change);

        await SettleAsync(harness);

        (await harness.IndexStateAsync("items_owner")).ShouldBe("valid");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.RolledBack);
    }

    [Fact]
    public async Task While_a_living_engine_is_at_work_nothing_is_settled()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change);
        await using (await EngineLock.TakeAsync(harness.Target, CancellationToken.None))
        {
            var busy = await SettleAsync(harness);
            busy.Settlements.ShouldBeEmpty();
            busy.Busy.ShouldNotBeNull().ShouldContain("process");
        }

        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Applying);
    }

    [Fact]
    public async Task A_partitioned_index_that_is_valid_is_kept_whatever_its_newest_part_is_called()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        var spec = ChangeHarness.Index("log", "kind");
        await harness.ExecuteAsync(
            "CREATE TABLE log (at date NOT NULL, kind int NOT NULL) PARTITION BY RANGE (at)",
            "CREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('2027-01-01') TO ('2027-02-01')",
            spec.ToSql(concurrently: false),
            "CREATE TABLE log_b PARTITION OF log FOR VALUES FROM ('2027-02-01') TO ('2027-03-01')");
        var change = harness.Propose(spec);
        await harness.RecordApplyingAsync(change);

        await SettleAsync(harness);

        (await harness.IndexStateAsync(spec.Name)).ShouldBe("valid");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Unproven);
    }

    [Fact]
    public async Task A_leftover_that_cannot_be_removed_now_is_tried_again_by_the_next_command()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await Should.ThrowAsync<AlmanacException>(harness.ExecuteAsync($"CREATE UNIQUE INDEX CONCURRENTLY {ByOwner.Name} ON items (owner)"));
        var change = harness.Propose(ByOwner);
        await harness.RecordApplyingAsync(change);
        await harness.RecordAsync(change, LedgerKind.RollbackFailed, new RollbackFailedPayload("It took too long.", "DROP INDEX"));
        ChangeRecovery.IsOpen(await harness.StateAsync(change)).ShouldBeTrue();

        await SettleAsync(harness);

        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        ChangeRecovery.IsOpen(await harness.StateAsync(change)).ShouldBeFalse();
    }

    private static Task<RecoveryResult> SettleAsync(ChangeHarness harness) => harness.Recovery.SettleAsync(harness.TargetId, null, CancellationToken.None);

    private static Task RecordHarmAsync(ChangeHarness harness, ProposedChange change)
        => harness.RecordAsync(change, LedgerKind.Verified, new VerifiedPayload(new Verification
        {
            ChangeId = change.Id,
            Outcome = VerificationOutcome.RolledBack,
            Reason = "Harm.",
            BaselineWindow = Duration.Zero,
            AfterWindow = Duration.Zero,
        }));
}
