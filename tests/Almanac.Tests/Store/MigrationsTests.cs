using Almanac.Model;
using Almanac.Store;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Store;

public sealed class MigrationsTests
{
    private static readonly Migration One = new(1, "ledger", "create table a();");
    private static readonly Migration Two = new(2, "observe", "create table b();");

    [Fact]
    public void Pending_are_those_not_applied_in_order()
    {
        Migrations.Pending([Two, One], [], "db").ShouldBe([One, Two]);
        Migrations.Pending([One, Two], [Applied(One)], "db").ShouldBe([Two]);
        Migrations.Pending([One, Two], [Applied(One), Applied(Two)], "db").ShouldBeEmpty();
    }

    [Fact]
    public void A_changed_migration_is_refused()
    {
        var error = Should.Throw<AlmanacException>(() => Migrations.Pending([One with { Sql = "create table c();" }], [Applied(One)], "db"));
        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Message.ShouldContain("Migration 1 (ledger)");
    }

    [Fact]
    public void A_schema_newer_than_the_binary_is_refused()
    {
        var error = Should.Throw<AlmanacException>(() => Migrations.Pending([One], [Applied(One), Applied(Two)], "ana@db"));
        error.ExitCode.ShouldBe(ExitCode.PrerequisiteMissing);
        error.Message.ShouldBe("The schema almanac of ana@db has version 2 (observe); this Almanac knows only 1.");
    }

    [Fact]
    public void Line_ends_do_not_change_the_checksum()
        => new Migration(1, "x", "a\r\nb\n").Checksum.ShouldBe(new Migration(1, "x", "a\nb\n").Checksum);

    [Fact]
    public void The_shipped_migrations_are_numbered_without_gaps()
        => Migrations.Known.Select(m => m.Version).ShouldBe(Enumerable.Range(1, Migrations.Known.Count));

    private static AppliedMigration Applied(Migration migration)
        => new() { Version = migration.Version, Name = migration.Name, Checksum = migration.Checksum };
}
