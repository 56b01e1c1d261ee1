using Almanac.Advise.Settings;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Advise;

public sealed class SettingsAdvisorTests
{
    private static readonly SettingValue[] Defaults =
    [
        Setting("work_mem", "4096", "kB"), Setting("max_connections", "100", null, "postmaster"), Setting("effective_cache_size", "524288", "8kB"),
        Setting("shared_buffers", "16384", "8kB", "postmaster"), Setting("max_wal_size", "1024", "MB"), Setting("checkpoint_timeout", "300", "s"),
        Setting("checkpoint_completion_target", "0.9", null), Setting("autovacuum_vacuum_scale_factor", "0.2", null), Setting("autovacuum", "on", null),
    ];

    [Fact]
    public void Quiet_server_with_defaults_is_left_alone()
    {
        var advice = SettingsAdvisor.Advise(Input());

        advice.Changes.ShouldBeEmpty();
        advice.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void Spilling_statements_get_more_work_mem_within_the_memory()
    {
        var input = Input([Setting("work_mem", "1024", "kB")], spilledBlocks: 300);

        var change = SettingsAdvisor.Advise(input).Changes.ShouldHaveSingleItem();

        change.Operation.ShouldBe(new AlterSettingSpec { Name = "work_mem", Value = "8MB" });
        change.Gains.ShouldBe([1]);
        change.Evidence[0].ShouldContain("1 statement wrote");
    }

    [Fact]
    public void Spill_that_the_memory_has_no_room_for_is_a_note()
    {
        var advice = SettingsAdvisor.Advise(Input([Setting("max_connections", "2000", null, "postmaster")], spilledBlocks: 300_000));

        advice.Changes.ShouldBeEmpty();
        advice.Notes.ShouldHaveSingleItem().ShouldContain("2000 connections");
    }

    [Fact]
    public void Requested_checkpoints_ask_for_more_wal()
    {
        var change = SettingsAdvisor.Advise(Input([Setting("max_wal_size", "64", "MB")], requested: 9)).Changes.ShouldHaveSingleItem();

        change.Operation.ShouldBe(new AlterSettingSpec { Name = "max_wal_size", Value = "256MB" });
    }

    [Fact]
    public void Timed_checkpoints_are_as_it_should_be()
        => SettingsAdvisor.Advise(Input([Setting("max_wal_size", "64", "MB")], requested: 4, timed: 40)).Changes.ShouldBeEmpty();

    [Fact]
    public void Dead_rows_with_a_late_autovacuum_bring_it_forward()
    {
        var change = SettingsAdvisor.Advise(Input([Setting("autovacuum_vacuum_scale_factor", "0.9", null)], deadRows: 80_000)).Changes.ShouldHaveSingleItem();

        change.Operation.ShouldBe(new AlterSettingSpec { Name = "autovacuum_vacuum_scale_factor", Value = "0.1" });
        SettingsAdvisor.Advise(Input(deadRows: 80_000)).Changes.ShouldBeEmpty("the default is good enough");
    }

    [Fact]
    public void Hurried_checkpoints_are_spread()
    {
        var setting = Setting("checkpoint_completion_target", "0.5", null);

        SettingsAdvisor.Advise(Input([setting], timed: 5)).Changes.ShouldHaveSingleItem().Operation.ShouldBe(new AlterSettingSpec { Name = "checkpoint_completion_target", Value = "0.9" });
        SettingsAdvisor.Advise(Input([setting])).Changes.ShouldBeEmpty("no checkpoint was seen");
    }

    [Fact]
    public void Setting_from_the_command_line_is_only_noted()
    {
        var advice = SettingsAdvisor.Advise(Input([Setting("max_wal_size", "64", "MB") with { Source = "command line" }], requested: 9));

        advice.Changes.ShouldBeEmpty();
        advice.Notes.ShouldHaveSingleItem().ShouldContain("command line");
    }

    private static SettingValue Setting(string name, string value, string? unit, string context = "sighup")
        => new() { Name = name, Value = value, Unit = unit, Context = context, Source = "configuration file" };

    private static SettingsInput Input(SettingValue[]? changed = null, long spilledBlocks = 0, long requested = 0, long timed = 0, long deadRows = 0)
    {
        var server = new ServerIdentity { SystemIdentifier = "1", Database = "db", DatabaseOid = 1, VersionNumber = 150000, InRecovery = false, StartedAt = Instant.FromUtc(2027, 1, 4, 0, 0) };
        return new SettingsInput
        {
            Target = "1/db",
            Snapshot = new ServerSnapshot
            {
                TakenAt = Instant.FromUtc(2027, 1, 4, 1, 0),
                Server = server,
                Settings = [.. Defaults.Where(d => changed?.Any(c => c.Name == d.Name) != true), .. changed ?? []],
                Relations = [Relation(100_000, deadRows)],
                Activity = new ActivityCounts(1, 1, 0, 0, 0),
                Locks = new LockCounts(0, 0),
                Database = new DatabaseCounters
                {
                    Bytes = 1, Commits = 1, Rollbacks = 0, BlocksHit = 1, BlocksRead = 0, TempFiles = 0, TempBytes = 0, Deadlocks = 0, WalRecords = 1,
                    WalBytes = 10L << 30, CheckpointsTimed = timed, CheckpointsRequested = requested, BuffersCheckpoint = 100, BuffersBackend = 0,
                },
            },
            Workload = new Workload
            {
                Server = server,
                To = Instant.FromUtc(2027, 1, 4, 1, 0),
                Statements =
                [
                    new WorkloadStatement
                    {
                        QueryId = 1, Text = "SELECT 1", Kind = StatementKind.Select, Calls = 1, TotalMs = 100, SumOfSquaresMs2 = 1, Rows = 1, SharedHit = 0, SharedRead = 0, TempWritten = spilledBlocks, WalBytes = 0,
                    },
                ],
            },
        };
    }

    private static RelationCounters Relation(long live, long dead) => new()
    {
        Oid = 1, Schema = "public", Name = "outbox", Bytes = 1, RowEstimate = live, SeqScans = 0, SeqRows = 0, IndexScans = 0, Inserts = 0, Updates = 0, HotUpdates = 0, Deletes = 0,
        LiveRows = live, DeadRows = dead, FrozenXidAge = 0,
    };
}
