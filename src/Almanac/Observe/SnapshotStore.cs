using System.Text.Json;
using Almanac.Model;
using Almanac.Store;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Observe;

/// <summary>
/// Keeps snapshots in the store: counters where they changed, query texts once and redacted, days in partitions that are
/// dropped after the retention.
/// </summary>
public sealed class SnapshotStore(AlmanacDatabase database)
{
    private readonly Dictionary<string, ServerSnapshot> last = new(StringComparer.Ordinal);
    private LocalDate? prepared;

    /// <summary>How long snapshots are kept. Default 35 days: a month and its edges.</summary>
    public Duration Retention { get; init; } = Duration.FromDays(35);

    /// <summary>Saves one snapshot, and the texts met so far (null marks a statement of Almanac's own).</summary>
    public async Task SaveAsync(ServerSnapshot snapshot, IReadOnlyDictionary<long, string?> texts, CancellationToken cancellation)
    {
        var day = snapshot.TakenAt.InUtc().Date;
        var isNewDay = prepared != day;
        var before = last.GetValueOrDefault(snapshot.Server.Target);

        // One full set an hour bounds what has to be read to put a snapshot together.
        var full = before is null || before.TakenAt.InUtc().Date != day || before.TakenAt.InUtc().Hour != snapshot.TakenAt.InUtc().Hour;
        var rows = ChangedRows.Between(full ? null : before, snapshot);
        await database.InTransactionAsync(
            async session =>
            {
                if (isNewDay)
                {
                    await PrepareAsync(session, day, cancellation);
                }

                var target = await TargetAsync(session, snapshot.Server, cancellation);
                var header = JsonSerializer.Serialize(snapshot with { Statements = snapshot.Statements is null ? null : [], Relations = [], Indexes = [] }, ModelJson.Options);
                var saved = await session.ExecuteAsync(
                    Sql("save_snapshot"), new { target_id = target, taken_at = snapshot.TakenAt, full_set = full, header }, cancellation);

                // Another process saved this very instant: it holds the same.
                if (saved == 1)
                {
                    await session.ExecuteAsync(Sql("save_statements"), SnapshotColumns.Of(target, snapshot.TakenAt, rows.Statements), cancellation);
                    await session.ExecuteAsync(Sql("save_relations"), SnapshotColumns.Of(target, snapshot.TakenAt, rows.Relations), cancellation);
                    await session.ExecuteAsync(Sql("save_indexes"), SnapshotColumns.Of(target, snapshot.TakenAt, rows.Indexes), cancellation);
                }

                if (full || rows.Statements.Count > 0)
                {
                    await SaveTextsAsync(session, target, day, rows.Statements.Where(s => !s.Gone).Select(s => s.Row.Key.QueryId).ToHashSet(), texts, cancellation);
                }

                return saved;
            },
            cancellation);
        last[snapshot.Server.Target] = snapshot;
        prepared = day;
    }

    /// <summary>The newest snapshot of a database (<c>system-identifier/database</c>) taken at or after an instant; null when there is none.</summary>
    public Task<ServerSnapshot?> LatestAsync(string target, Instant? notBefore, CancellationToken cancellation)
        => FindAsync(target, notBefore ?? Earliest, Latest, cancellation);

    /// <summary>The newest snapshot taken at or before an instant; null when there is none.</summary>
    public Task<ServerSnapshot?> AtAsync(string target, Instant at, CancellationToken cancellation)
        => FindAsync(target, Earliest, at, cancellation);

    /// <summary>When snapshots of the database were taken, oldest first.</summary>
    public Task<IReadOnlyList<Instant>> TakenAsync(string target, Instant from, Instant to, CancellationToken cancellation)
    {
        var (system, name) = Split(target);
        return database.QueryAsync<Instant>(
            "select s.taken_at from almanac.observe_snapshot s join almanac.observe_target t on t.id = s.target_id "
            + "where t.system_identifier = @system and t.database = @name and s.taken_at between @from and @to order by 1",
            new { system, name, from, to },
            cancellation);
    }

    /// <summary>All texts stored for a database by queryid; null marks a statement of Almanac's own.</summary>
    public async Task<IReadOnlyDictionary<long, string?>> TextsAsync(string target, CancellationToken cancellation)
    {
        var (system, name) = Split(target);
        var rows = await database.QueryAsync<TextRow>(
            "select x.query_id, x.text from almanac.observe_text x join almanac.observe_target t on t.id = x.target_id "
            + "where t.system_identifier = @system and t.database = @name",
            new { system, name },
            cancellation);
        return rows.ToDictionary(r => r.QueryId, r => r.Text);
    }

    private static Instant Earliest => Instant.FromUtc(2000, 1, 1, 0, 0);

    private static Instant Latest => Instant.FromUtc(9999, 1, 1, 0, 0);

    private static string Sql(string name) => SqlResource.Load($"Observe/Sql/{name}.sql");

    private static (string System, string Name) Split(string target)
    {
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        return (target[..slash], target[(slash + 1)..]);
    }

    private static async Task<int> TargetAsync(StoreSession session, ServerIdentity server, CancellationToken cancellation)
    {
        var parameters = new { server.SystemIdentifier, server.Database };
        const string find = "select id from almanac.observe_target where system_identifier = @SystemIdentifier and database = @Database";
        var found = await session.ScalarAsync<int?>(find, parameters, cancellation);
        if (found is null)
        {
            await session.ExecuteAsync(
                "insert into almanac.observe_target (system_identifier, database) values (@SystemIdentifier, @Database) on conflict do nothing", parameters, cancellation);
            found = await session.ScalarAsync<int>(find, parameters, cancellation);
        }

        return found.Value;
    }

    // Tomorrow's partitions are made today, so that midnight finds them.
    private async Task PrepareAsync(StoreSession session, LocalDate day, CancellationToken cancellation)
    {
        await session.LockAsync(StoreLock.Partitions, cancellation);
        var oldest = day.Minus(Period.FromDays((int)Math.Ceiling(Retention.TotalDays)));
        await session.ExecuteAsync(
            "select almanac.observe_prepare(@day::date), almanac.observe_prepare(@day::date + 1), almanac.observe_expire(@oldest::date)",
            new { day = day.ToString("uuuu-MM-dd", null), oldest = oldest.ToString("uuuu-MM-dd", null) },
            cancellation);
    }

    private static Task<int> SaveTextsAsync(
        StoreSession session, int target, LocalDate day, HashSet<long> queryIds, IReadOnlyDictionary<long, string?> texts, CancellationToken cancellation)
    {
        // Own statements never occur among the counters; they are kept so that nobody reads their texts again.
        var met = texts.Where(t => t.Value is null || queryIds.Contains(t.Key)).OrderBy(t => t.Key).ToList();
        return session.ExecuteAsync(
            Sql("save_texts"),
            new
            {
                target_id = target,
                day = day.ToString("uuuu-MM-dd", null),
                query_id = met.Select(t => t.Key).ToArray(),

                // Redacting again costs little and holds whoever the caller is: no literal is ever stored.
                text = met.Select(t => t.Value is null ? null : SqlText.Redact(t.Value)).ToArray(),
            },
            cancellation);
    }

    private async Task<ServerSnapshot?> FindAsync(string target, Instant from, Instant to, CancellationToken cancellation)
    {
        var (system, name) = Split(target);
        var found = await database.QueryAsync<FoundRow>(
            Sql("find_snapshot"), new { system_identifier = system, database = name, from, to }, cancellation);
        if (found is not [var row])
        {
            return null;
        }

        var header = JsonSerializer.Deserialize<ServerSnapshot>(row.Header, ModelJson.Options)!;
        var window = new { target_id = row.TargetId, taken_at = row.TakenAt, full_at = row.FullAt };
        var statements = await database.QueryAsync<SnapshotColumns.StatementRow>(Sql("read_statements"), window, cancellation);
        var relations = await database.QueryAsync<SnapshotColumns.RelationRow>(Sql("read_relations"), window, cancellation);
        var indexes = await database.QueryAsync<SnapshotColumns.IndexRow>(Sql("read_indexes"), window, cancellation);
        return header with
        {
            Statements = header.Statements is null ? null : [.. statements.Select(s => s.ToCounters())],
            Relations = [.. relations.Select(r => r.ToCounters())],
            Indexes = [.. indexes.Select(i => i.ToCounters())],
        };
    }

    private sealed record FoundRow
    {
        public required int TargetId { get; init; }
        public required Instant TakenAt { get; init; }
        public required string Header { get; init; }
        public required Instant FullAt { get; init; }
    }

    private sealed record TextRow
    {
        public required long QueryId { get; init; }
        public string? Text { get; init; }
    }
}
