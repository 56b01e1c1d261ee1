using System.Globalization;
using Almanac.Embedded;
using Almanac.Samples;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using Shouldly;

namespace Almanac.IntegrationTests.Samples;

public sealed class WedSyncTests(PostgresFixture postgres)
{
    private const double Scale = 0.01;

    [Fact]
    public async Task The_loader_fills_every_table_and_keeps_every_promise()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var progress = new Recorded();

        var world = await WedSyncLoader.LoadAsync(database.Private, Scale, 42, progress, CancellationToken.None);

        foreach (var table in WedSyncTables.All(world))
        {
            (await database.ScalarAsync<long>($"SELECT count(*) FROM {table.Name}")).ShouldBe(table.Rows, table.Name);
        }

        (await WedSyncChecks.RunAsync(database.Private, CancellationToken.None)).ShouldAllBe(check => check.Violations == 0);
        progress.Reports.Select(r => r.Step).ShouldContain("guests");
        progress.Reports[^1].Rows.ShouldBe(progress.Reports[^1].TotalRows);
        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace")).ShouldBe(8);
        (await database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reltuples < 0")).ShouldBe(0);
    }

    [Fact]
    public async Task Only_the_keys_have_indexes()
    {
        await using var database = await LoadAsync();

        (await database.ScalarAsync<string>(
            "SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT indisprimary"))
            .ShouldBe("bookings_no_double_booking payments_idempotency_key_key");
    }

    [Fact]
    public async Task The_schema_itself_refuses_a_double_booking_and_a_payment_sent_twice()
    {
        await using var database = await LoadAsync();

        (await StateOf(database, "INSERT INTO bookings (vendor_id, wedding_id, event_date, status, price_minor, currency) SELECT vendor_id, wedding_id, event_date, 1, 1, 'USD' FROM bookings WHERE confirmed LIMIT 1")).ShouldBe("23505");
        (await StateOf(database, "INSERT INTO payments (booking_id, idempotency_key, amount_minor, currency, method) SELECT booking_id, idempotency_key, 1, 'USD', 'card' FROM payments LIMIT 1")).ShouldBe("23505");
        (await StateOf(database, "INSERT INTO guests (wedding_id, name, locale) VALUES (0, 'Nobody', 'en-US')")).ShouldBe("23503");
    }

    [Fact]
    public async Task The_checks_find_what_must_not_be()
    {
        await using var database = await LoadAsync();
        await database.ExecuteAsync(
            """
            DROP INDEX bookings_no_double_booking;
            ALTER TABLE payments DROP CONSTRAINT payments_idempotency_key_key;
            INSERT INTO bookings (vendor_id, wedding_id, event_date, status, price_minor, currency)
            SELECT vendor_id, wedding_id, event_date, 1, 1, 'USD' FROM bookings WHERE confirmed ORDER BY id LIMIT 2;
            INSERT INTO payments (booking_id, idempotency_key, amount_minor, currency, method)
            SELECT booking_id, idempotency_key, 1, 'USD', 'card' FROM payments ORDER BY id LIMIT 1;
            """);

        (await WedSyncChecks.RunAsync(database.Private, CancellationToken.None))
            .ShouldBe([new WedSyncCheck("double-bookings", 2), new WedSyncCheck("double-payments", 1), new WedSyncCheck("paid-sums", 1)]);
    }

    [Fact]
    public async Task Neglect_leaves_superfluous_and_broken_indexes_poor_settings_and_bloat()
    {
        _ = postgres.Cluster;

        // Its settings hold for the whole server, so it has one of its own.
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedOptions { Purpose = "test", Durable = false }, TimeProvider.System, CancellationToken.None);
        var target = await cluster.CreateDatabaseAsync("wedsync", CancellationToken.None);
        await WedSyncLoader.LoadAsync(target, Scale, 42, null, CancellationToken.None);

        await WedSyncNeglect.ApplyAsync(target, CancellationToken.None);

        await using var server = await ScratchWriter.OpenAsync(target, "test", CancellationToken.None);
        (await Scalar<string>(server, "SELECT string_agg(indexrelid::regclass::text, ' ') FROM pg_index WHERE NOT indisvalid")).ShouldBe(WedSyncNeglect.InvalidIndex);
        (await Scalar<long>(server, "SELECT count(*) FROM pg_index a JOIN pg_index b ON a.indrelid = b.indrelid AND a.indkey = b.indkey AND a.indexrelid < b.indexrelid WHERE a.indrelid = 'payments'::regclass")).ShouldBe(1);
        (await Scalar<long>(server, "SELECT count(*) FROM pg_index a JOIN pg_index b ON a.indrelid = b.indrelid AND b.indkey::text LIKE a.indkey::text || ' %' WHERE a.indrelid = 'weddings'::regclass")).ShouldBe(1);
        (await Scalar<bool>(server, "SELECT pg_relation_size('outbox') > 2 * sum(pg_column_size(o)) FROM outbox o")).ShouldBeTrue();
        await UntilAsync(target, "SELECT pg_stat_get_dead_tuples('outbox'::regclass) > 2 * count(*) FROM outbox");
        await UntilAsync(target, "SELECT array[current_setting('work_mem'), current_setting('max_wal_size'), current_setting('autovacuum_vacuum_scale_factor')] = '{1MB,64MB,0.9}'");

        await WedSyncNeglect.ResetSettingsAsync(target, CancellationToken.None);

        await UntilAsync(target, "SELECT current_setting('work_mem') <> '1MB' AND current_setting('max_wal_size') <> '64MB'");
    }

    [Fact]
    public async Task A_cancelled_load_ends_as_cancelled()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        using var stop = new CancellationTokenSource();
        var stopAtFirstRows = new Recorded(report =>
        {
            if (report.Rows > 0)
            {
                stop.Cancel();
            }
        });

        await Should.ThrowAsync<OperationCanceledException>(WedSyncLoader.LoadAsync(database.Private, 0.05, 42, stopAtFirstRows, stop.Token));

        (await database.ScalarAsync<long>("SELECT count(*) FROM guests")).ShouldBe(0);
    }

    // As pg_stat_statements shows them: constants are parameters too, and nobody says of which type.
    [Fact]
    public async Task Every_operation_can_be_prepared_from_its_normalised_text()
    {
        await using var database = await LoadAsync();
        await using var session = await database.OpenScratchAsync();
        foreach (var statement in new WedSyncOperations(new WedSyncWorld(Scale, 42)).Mix(100).SelectMany(c => c.Statements))
        {
            var text = statement.Sql;
            for (var next = statement.Parameters + 1; ; next++)
            {
                var constant = System.Text.RegularExpressions.Regex.Match(text, @"'[^']*'|(?<![\$\w])\d+(?!\w)", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
                if (!constant.Success)
                {
                    break;
                }

                text = string.Concat(text.AsSpan(0, constant.Index), "$" + next.ToString(CultureInfo.InvariantCulture), text.AsSpan(constant.Index + constant.Length));
            }

            await session.ExecuteAsync($"PREPARE \"{statement.Name}\" AS {text}", CancellationToken.None);
        }

        (await Scalar<long>(session, "SELECT count(*) FROM pg_prepared_statements WHERE from_sql")).ShouldBe(8);
    }

    private async Task<TestDatabase> LoadAsync()
    {
        var database = await postgres.CreateDatabaseAsync();
        await WedSyncLoader.LoadAsync(database.Private, Scale, 42, null, CancellationToken.None);
        return database;
    }

    private static Task<T> Scalar<T>(ScratchWriter server, string sql) => server.ScalarAsync<T>(sql, null, CancellationToken.None);

    // Counters and configuration arrive a moment later; each try is a session of its own, which has read the configuration when it answers.
    private static async Task UntilAsync(PrivateTarget target, string sql)
    {
        for (var tries = 0; ; tries++)
        {
            await using var server = await ScratchWriter.OpenAsync(target, "test", CancellationToken.None);
            if (await Scalar<bool>(server, sql))
            {
                return;
            }

            tries.ShouldBeLessThan(200, sql);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    private static async Task<string?> StateOf(TestDatabase database, string sql)
    {
        var error = await Should.ThrowAsync<Almanac.Model.AlmanacException>(database.ExecuteAsync(sql));
        return error.Data["sqlstate"] as string;
    }

    private sealed class Recorded(Action<LoadProgress>? act = null) : IProgress<LoadProgress>
    {
        private readonly Lock gate = new();

        public List<LoadProgress> Reports { get; } = [];

        public void Report(LoadProgress value)
        {
            lock (gate)
            {
                Reports.Add(value);
                act?.Invoke(value);
            }
        }
    }
}
