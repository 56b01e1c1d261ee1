using Almanac.Calendars;
using Almanac.Change;
using Almanac.Model;
using Almanac.Testing;
using NodaTime;
using Shouldly;

namespace Almanac.IntegrationTests.Change;

public sealed class RunnerTests(PostgresFixture postgres)
{
    private const string Items = "CREATE TABLE items (id int PRIMARY KEY, owner int NOT NULL); INSERT INTO items SELECT g, g % 100 FROM generate_series(1, 2000) g";

    private static readonly CreateIndexSpec ByOwner = ChangeHarness.Index("items", "owner");

    private static readonly ProtectionRule Noon = new()
    {
        Name = "lunch",
        Level = GuardState.Closed,
        Days = new WeekdayDays([IsoDayOfWeek.Monday]),
        From = new LocalTime(12, 0),
        To = new LocalTime(13, 0),
    };

    [Fact]
    public async Task A_closed_window_refuses_and_nothing_is_touched()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        var change = harness.Propose(ByOwner);
        var options = harness.Options(ChangeHarness.Instantly) with { Asked = Instant.FromUtc(2027, 6, 14, 12, 30) };

        var outcome = await harness.Runner(Noon).RunAsync(change, options, null, CancellationToken.None);

        outcome.Code.ShouldBe(ExitCode.Refused);
        outcome.Status.ShouldBe(ChangeStatus.Refused);
        outcome.Verdict!.NextOpening.ShouldBe(Instant.FromUtc(2027, 6, 14, 13, 0));
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.KindsAsync(change)).ShouldBe([LedgerKind.Proposed, LedgerKind.Refused]);
    }

    [Fact]
    public async Task A_build_that_overruns_its_window_is_cancelled_at_the_edge_and_cleaned_up()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, "CREATE TABLE elsewhere (a int)");
        await using var holder = await harness.HoldSnapshotAsync("elsewhere");
        var change = harness.Propose(ByOwner);
        var options = harness.Options(ChangeHarness.Instantly) with { Asked = Instant.FromUtc(2027, 6, 14, 11, 59, 57) };

        var outcome = await harness.Runner(Noon).RunAsync(change, options, null, CancellationToken.None);

        outcome.Status.ShouldBe(ChangeStatus.Failed, outcome.Sentence);
        outcome.Code.ShouldBe(ExitCode.Refused);
        outcome.Sentence.ShouldContain("edge");
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.KindsAsync(change)).ShouldBe([LedgerKind.Proposed, LedgerKind.Judged, LedgerKind.Applying, LedgerKind.ApplyFailed]);
    }

    [Fact]
    public async Task An_interrupted_build_leaves_no_index_and_a_ledger_that_says_so()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await using var holder = await harness.HoldSnapshotAsync();
        var change = harness.Propose(ByOwner);
        using var interrupt = new CancellationTokenSource();

        var run = harness.RunAsync(change, ChangeHarness.Instantly, cancellation: interrupt.Token);
        await harness.WaitForAsync("SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%')");
        await interrupt.CancelAsync();
        var outcome = await run;

        outcome.Code.ShouldBe(ExitCode.Interrupted);
        outcome.Status.ShouldBe(ChangeStatus.Failed);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Failed);
    }

    [Fact]
    public async Task Interrupted_before_acting_nothing_is_done()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        var change = harness.Propose(ByOwner, 42);
        using var interrupt = new CancellationTokenSource();
        var progress = new Watch(p =>
        {
            if (p.Stage is ChangeStage.MeasuringBefore)
            {
                interrupt.Cancel();
            }
        });

        await Should.ThrowAsync<OperationCanceledException>(harness.RunAsync(change, progress: progress, cancellation: interrupt.Token));

        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.KindsAsync(change)).ShouldBe([LedgerKind.Proposed, LedgerKind.Judged]);
    }

    [Fact]
    public async Task Interrupted_while_measuring_the_change_stays_unproven()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        var change = harness.Propose(ByOwner, 42);
        using var interrupt = new CancellationTokenSource();
        var progress = new Watch(p =>
        {
            if (p.Stage is ChangeStage.MeasuringAfter)
            {
                interrupt.Cancel();
            }
        });

        var outcome = await harness.RunAsync(change, progress: progress, cancellation: interrupt.Token);

        outcome.Status.ShouldBe(ChangeStatus.Unproven);
        outcome.Code.ShouldBe(ExitCode.Interrupted);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("valid");
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.Unproven);
    }

    [Fact]
    public async Task A_terminated_backend_is_a_failure_that_is_cleaned_up()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await using var holder = await harness.HoldSnapshotAsync();
        var change = harness.Propose(ByOwner);

        var run = harness.RunAsync(change, ChangeHarness.Instantly);
        await harness.WaitForAsync("SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%')");
        await harness.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()");
        var outcome = await run;

        outcome.Status.ShouldBe(ChangeStatus.Failed, outcome.Sentence);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
    }

    [Fact]
    public async Task An_invalid_leftover_of_the_same_name_is_removed_first()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await Should.ThrowAsync<AlmanacException>(harness.ExecuteAsync($"CREATE UNIQUE INDEX CONCURRENTLY {ByOwner.Name} ON items (owner)"));
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("invalid");

        var outcome = await harness.RunAsync(harness.Propose(ByOwner), ChangeHarness.Instantly);

        outcome.Status.ShouldBe(ChangeStatus.Unproven, outcome.Sentence);
        outcome.Receipt!.Sql.ShouldBe([$"DROP INDEX CONCURRENTLY public.{ByOwner.Name}", ByOwner.ToSql(concurrently: true)]);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("valid");
    }

    [Fact]
    public async Task What_is_already_there_is_not_built_again_and_a_taken_name_is_no_index_of_ours()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, ByOwner.ToSql(concurrently: false), "CREATE TABLE squatter (a int)");

        var again = await harness.RunAsync(harness.Propose(ByOwner), ChangeHarness.Instantly);
        var clash = await harness.RunAsync(harness.Propose(ByOwner with { Name = "squatter" }), ChangeHarness.Instantly);
        var other = await harness.RunAsync(harness.Propose(ByOwner with { Name = "items_pkey" }), ChangeHarness.Instantly);

        again.Code.ShouldBe(ExitCode.Done);
        again.Sentence.ShouldContain("already there");
        clash.Code.ShouldBe(ExitCode.PrerequisiteMissing);
        other.Code.ShouldBe(ExitCode.PrerequisiteMissing);
        (await harness.StateAsync(harness.Propose(ByOwner with { Name = "items_pkey" }))).Status.ShouldBe(ChangeStatus.Failed);
    }

    [Fact]
    public async Task One_engine_at_a_time_acts_on_a_database()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        await using var other = await EngineLock.TakeAsync(harness.Target, CancellationToken.None);

        var error = await Should.ThrowAsync<AlmanacException>(harness.RunAsync(harness.Propose(ByOwner), ChangeHarness.Instantly));

        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Message.ShouldContain("process ");
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
    }

    [Fact]
    public async Task Without_the_owners_rights_nothing_is_tried_and_membership_is_enough()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        var owner = "o_" + harness.Target.Database;
        var stranger = "s_" + harness.Target.Database;
        await harness.ExecuteAsync(
            $"CREATE ROLE {owner}; CREATE ROLE {stranger} LOGIN NOINHERIT PASSWORD 'secret'; GRANT CREATE ON SCHEMA public TO {owner}",
            Items,
            $"ALTER TABLE items OWNER TO {owner}");
        try
        {
            var target = harness.Target with { User = stranger, Password = "secret" };
            var change = harness.Propose(ByOwner);
            var refused = await harness.Runner(target: target).RunAsync(change, harness.Options(ChangeHarness.Instantly), null, CancellationToken.None);
            refused.Code.ShouldBe(ExitCode.PrerequisiteMissing);
            refused.Hint!.ShouldContain($"GRANT {owner} TO {stranger}");

            await harness.ExecuteAsync($"GRANT {owner} TO {stranger}");
            var done = await harness.Runner(target: target).RunAsync(change, harness.Options(ChangeHarness.Instantly), null, CancellationToken.None);
            done.Status.ShouldBe(ChangeStatus.Unproven, done.Sentence);
            (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("valid");
        }
        finally
        {
            await harness.ExecuteAsync($"DROP TABLE items; REVOKE ALL ON SCHEMA public FROM {owner}; DROP ROLE {owner}; DROP ROLE {stranger}");
        }
    }

    [Fact]
    public async Task A_partitioned_table_gets_one_valid_index_over_all_its_parts_and_loses_it_again()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await PartitionedAsync(harness);
        var spec = ChangeHarness.Index("log", "kind");
        var change = harness.Propose(spec);

        var (plan, obstacle) = await ChangeRunner.DescribeAsync(harness.Target, change, TimeProvider.System, CancellationToken.None);
        var outcome = await harness.RunAsync(change, ChangeHarness.Instantly);

        outcome.Status.ShouldBe(ChangeStatus.Unproven, outcome.Sentence);
        obstacle.ShouldBeNull();
        outcome.Receipt!.Sql.ShouldBe(plan);
        (await harness.IndexStateAsync(spec.Name)).ShouldBe("valid");
        (await harness.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).ShouldBe(0);
        (await harness.ScalarAsync<long>($"SELECT count(*) FROM pg_partition_tree('{spec.Name}')")).ShouldBe(5);
        (await harness.ScalarAsync<long>("SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'i'")).ShouldBe(3);

        await harness.RecordApplyingAsync(change);
        await harness.RecordAsync(change, LedgerKind.Verified, new VerifiedPayload(new Verification
        {
            ChangeId = change.Id, Outcome = VerificationOutcome.RolledBack, Reason = "Bad.", BaselineWindow = Duration.Zero, AfterWindow = Duration.Zero,
        }));
        var recovered = await harness.Recovery.SettleAsync(harness.TargetId, null, CancellationToken.None);

        recovered.Settlements.ShouldHaveSingleItem().NeedsHuman.ShouldBeFalse();
        (await harness.StateAsync(change)).Status.ShouldBe(ChangeStatus.RolledBack);
        (await harness.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relkind IN ('i', 'I') AND relname LIKE 'log%kind%'")).ShouldBe(0);
    }

    [Fact]
    public async Task An_interrupted_build_on_a_partitioned_table_leaves_no_part_behind()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await PartitionedAsync(harness);
        await using var holder = await harness.HoldSnapshotAsync();
        using var interrupt = new CancellationTokenSource();
        await harness.ExecuteAsync("CREATE INDEX log_a_kind_done ON log_a (kind)");

        var run = harness.RunAsync(harness.Propose(ChangeHarness.Index("log", "kind")), ChangeHarness.Instantly, cancellation: interrupt.Token);
        await harness.WaitForAsync("SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting%')");
        await interrupt.CancelAsync();

        (await run).Code.ShouldBe(ExitCode.Interrupted);
        (await harness.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relkind IN ('i', 'I') AND relname LIKE 'log%kind%'")).ShouldBe(1);
    }

    [Fact]
    public async Task What_more_than_speed_depends_on_is_not_dropped()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await PartitionedAsync(harness);
        await harness.ExecuteAsync(
            Items,
            "CREATE UNIQUE INDEX items_unique ON items (owner, id)",
            "CREATE INDEX log_kind ON log (kind)",
            "CREATE TABLE lines (item int REFERENCES items, other int); CREATE INDEX lines_item ON lines (item); CREATE INDEX lines_other ON lines (other)");

        foreach (var (table, index, why) in new[]
        {
            ("items", "items_pkey", "constraint"), ("items", "items_unique", "unique"), ("log", "log_kind", "partitioned"),
            ("log_a", "log_a_kind_idx", "part of"), ("lines", "lines_item", "foreign key"),
        })
        {
            var outcome = await harness.RunAsync(harness.Propose(await harness.DropAsync(table, index)), ChangeHarness.Instantly);
            outcome.Code.ShouldBe(ExitCode.PrerequisiteMissing, index);
            outcome.Sentence.ShouldContain(why);
            (await harness.IndexStateAsync(index)).ShouldBe("valid");
        }

        var asInvalid = await harness.RunAsync(harness.Propose(await harness.DropAsync("lines", "lines_other", invalid: true)), ChangeHarness.Instantly);
        asInvalid.Sentence.ShouldContain("valid by now");
        (await harness.RunAsync(harness.Propose(await harness.DropAsync("lines", "lines_other")), ChangeHarness.Instantly)).Status.ShouldBe(ChangeStatus.Unproven);
        (await harness.IndexStateAsync("lines_other")).ShouldBe("none");
    }

    [Fact]
    public async Task A_change_proposed_for_another_database_is_not_run_here()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        string[] others = [harness.TargetId + "2", "7000000000000000000/" + harness.Target.Database];

        foreach (var other in others)
        {
            var outcome = await harness.RunAsync(harness.Propose(ByOwner) with { Target = other }, ChangeHarness.Instantly);
            outcome.Code.ShouldBe(ExitCode.Usage, outcome.Sentence);
        }

        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
    }

    [Fact]
    public async Task A_change_of_another_server_is_not_undone_on_this_one()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items, ByOwner.ToSql(concurrently: false));
        var elsewhere = harness.Propose(ByOwner) with { Target = "7000000000000000000/" + harness.Target.Database };
        await harness.RecordApplyingAsync(elsewhere);
        await harness.RecordAsync(elsewhere, LedgerKind.Applied, new AppliedPayload(new Receipt { ChangeId = elsewhere.Id, StartedAt = ChangeHarness.Monday, EndedAt = ChangeHarness.Monday, Sql = [] }));

        var refused = await Should.ThrowAsync<AlmanacException>(async () => await harness.Runner().RollBackAsync(
            await harness.StateAsync(elsewhere), "Not wanted.", harness.Options(ChangeHarness.Instantly), null, CancellationToken.None));

        refused.ExitCode.ShouldBe(ExitCode.Usage);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("valid");
    }

    [Fact]
    public async Task An_act_that_cannot_be_recorded_is_not_begun_and_nothing_is_cleaned_up()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);

        // An invalid leftover that the act would have replaced: it has to survive an act that was never recorded.
        await Should.ThrowAsync<AlmanacException>(harness.ExecuteAsync($"CREATE UNIQUE INDEX CONCURRENTLY {ByOwner.Name} ON items (owner)"));
        var progress = new Watch(p =>
        {
            if (p.Stage is ChangeStage.MeasuringBefore)
            {
                harness.ExecuteAsync("ALTER TABLE almanac.ledger_entry RENAME TO ledger_away").GetAwaiter().GetResult();
            }
        });

        await Should.ThrowAsync<AlmanacException>(harness.RunAsync(harness.Propose(ByOwner, 42), progress: progress, measure: ChangeHarness.Instantly));

        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("invalid");
    }

    [Fact]
    public async Task A_person_may_undo_a_change_that_stayed_and_only_such_a_one()
    {
        await using var harness = await ChangeHarness.CreateAsync(postgres);
        await harness.ExecuteAsync(Items);
        var change = harness.Propose(ByOwner);
        await harness.RunAsync(change, ChangeHarness.Instantly);
        var options = harness.Options(ChangeHarness.Instantly);

        var closed = await harness.Runner(Noon).RollBackAsync(await harness.StateAsync(change), "Not wanted.", options with { Asked = Instant.FromUtc(2027, 6, 14, 12, 30) }, null, CancellationToken.None);
        closed.Code.ShouldBe(ExitCode.Refused);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("valid");

        var outcome = await harness.Runner().RollBackAsync(await harness.StateAsync(change), "Not wanted.", options, null, CancellationToken.None);
        outcome.Status.ShouldBe(ChangeStatus.RolledBack);
        outcome.Code.ShouldBe(ExitCode.Done);
        (await harness.IndexStateAsync(ByOwner.Name)).ShouldBe("none");
        (await harness.StateAsync(change)).Explanation.ShouldBe("Not wanted.");

        var again = await Should.ThrowAsync<AlmanacException>(async () => await harness.Runner().RollBackAsync(await harness.StateAsync(change), "Again.", options, null, CancellationToken.None));
        again.ExitCode.ShouldBe(ExitCode.Usage);
    }

    private static Task PartitionedAsync(ChangeHarness harness) => harness.ExecuteAsync(
        "CREATE TABLE log (at date NOT NULL, kind int NOT NULL) PARTITION BY RANGE (at)",
        "CREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('2027-01-01') TO ('2027-02-01')",
        "CREATE TABLE log_b PARTITION OF log FOR VALUES FROM ('2027-02-01') TO ('2027-03-01') PARTITION BY HASH (kind)",
        "CREATE TABLE log_b0 PARTITION OF log_b FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
        "CREATE TABLE log_b1 PARTITION OF log_b FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
        "INSERT INTO log SELECT date '2027-01-01' + g % 55, g % 7 FROM generate_series(1, 3000) g");

    private sealed class Watch(Action<ChangeProgress> seen) : IProgress<ChangeProgress>
    {
        public void Report(ChangeProgress value) => seen(value);
    }
}
