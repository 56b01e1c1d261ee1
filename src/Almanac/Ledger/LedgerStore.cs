using Almanac.Model;
using Almanac.Store;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Ledger;

/// <summary>Which entries to read; every part that is set narrows it.</summary>
public sealed record LedgerFilter
{
    /// <summary>The database, as <c>system-identifier/database</c>.</summary>
    public string? Target { get; init; }
    public string? ChangeId { get; init; }

    /// <summary>Only these kinds; empty means all.</summary>
    public IReadOnlyList<LedgerKind> Kinds { get; init; } = [];

    /// <summary>Only entries after this sequence number.</summary>
    public long After { get; init; }

    /// <summary>Only entries written at or after this instant.</summary>
    public Instant? Since { get; init; }

    /// <summary>Only the newest so many.</summary>
    public int? Newest { get; init; }
}

/// <summary>Appends to the ledger, reads it and verifies its chain. There is no way to change an entry.</summary>
public sealed class LedgerStore(AlmanacDatabase database)
{
    private const int Page = 5_000;

    private static readonly Dictionary<string, LedgerKind> Kinds = Enum.GetValues<LedgerKind>().ToDictionary(LedgerChain.KindWord);

    /// <summary>Whom the entries written here name: the role that the server authenticated.</summary>
    public string Actor => database.Role;

    /// <summary>Where the entries are; other rooms ask it about roles.</summary>
    public AlmanacDatabase Database => database;

    /// <summary>Writes the next entry; on return it is durable. Writers in other processes wait for each other.</summary>
    public Task<LedgerEntry> AppendAsync(
        LedgerKind kind, string? target, string? changeId, object payload, Instant at, CancellationToken cancellation)
    {
        var text = LedgerPayloads.Write(payload);
        return database.InTransactionAsync(
            async session =>
            {
                await session.LockAsync(StoreLock.LedgerEnd, cancellation);
                var entry = LedgerChain.Next(await HeadAsync(session, cancellation), at, kind, target, changeId, database.Role, text);
                await session.ExecuteAsync(
                    SqlResource.Load("Ledger/Sql/append.sql"),
                    new
                    {
                        sequence = entry.Sequence,
                        at = entry.At,
                        kind = LedgerChain.KindWord(entry.Kind),
                        target = entry.Target,
                        change_id = entry.ChangeId,
                        actor = entry.Actor,
                        payload = entry.Payload,
                        previous_hash = entry.PreviousHash,
                        hash = entry.Hash,
                    },
                    cancellation);
                return entry;
            },
            cancellation);
    }

    /// <summary>The matching entries, oldest first.</summary>
    public async Task<IReadOnlyList<LedgerEntry>> ReadAsync(LedgerFilter filter, CancellationToken cancellation)
    {
        var rows = await database.QueryAsync<Row>(
            SqlResource.Load("Ledger/Sql/read.sql"),
            new
            {
                target = filter.Target,
                change_id = filter.ChangeId,
                kinds = filter.Kinds.Select(LedgerChain.KindWord).ToArray(),
                after = filter.After,
                since = filter.Since,
                newest = filter.Newest,
            },
            cancellation);
        return [.. rows.Select(row => row.ToEntry())];
    }

    /// <summary>The end of the chain; null when it is empty.</summary>
    public Task<LedgerHead?> HeadAsync(CancellationToken cancellation)
        => database.InTransactionAsync(session => HeadAsync(session, cancellation), cancellation);

    /// <summary>Walks the whole chain.</summary>
    /// <param name="expectedHead">A head exported earlier, <c>SEQ:HASH</c>: the chain must contain it. Null checks the chain alone.</param>
    /// <param name="cancellation">Stops the walk.</param>
    public async Task<LedgerCheck> VerifyAsync(string? expectedHead, CancellationToken cancellation)
    {
        var walk = new LedgerWalk(expectedHead is null ? null : LedgerHead.Parse(expectedHead));
        var after = long.MinValue;
        while (true)
        {
            var page = await database.QueryAsync<Row>(SqlResource.Load("Ledger/Sql/page.sql"), new { after, size = Page }, cancellation);
            if (page.Count == 0 || page.Any(row => !Walked(walk, row)))
            {
                return walk.Finish();
            }

            after = page[^1].Sequence;
        }
    }

    private static bool Walked(LedgerWalk walk, Row row)
    {
        if (Kinds.ContainsKey(row.Kind))
        {
            return walk.Add(row.ToEntry());
        }

        walk.Stop(row.Sequence, $"Entry {row.Sequence} has the unknown kind '{row.Kind}': it was changed, or a newer Almanac wrote it.");
        return false;
    }

    private static async Task<LedgerHead?> HeadAsync(StoreSession session, CancellationToken cancellation)
        => (await session.QueryAsync<HeadRow>("select sequence, hash from almanac.ledger_entry order by sequence desc limit 1", null, cancellation))
            .Select(row => new LedgerHead(row.Sequence, row.Hash)).FirstOrDefault();

    private sealed record HeadRow
    {
        public required long Sequence { get; init; }
        public required string Hash { get; init; }
    }

    private sealed record Row
    {
        public required long Sequence { get; init; }
        public required Instant At { get; init; }
        public required string Kind { get; init; }
        public string? Target { get; init; }
        public string? ChangeId { get; init; }
        public required string Actor { get; init; }
        public required string Payload { get; init; }
        public required string PreviousHash { get; init; }
        public required string Hash { get; init; }

        public LedgerEntry ToEntry() => new()
        {
            Sequence = Sequence,
            At = At,
            Kind = Kinds.TryGetValue(Kind, out var kind) ? kind : throw new AlmanacException(
                ExitCode.LedgerTampered,
                $"Ledger entry {Sequence} has the kind '{Kind}', which this Almanac does not know.",
                "Either the entry was changed, or a newer Almanac wrote it: verify with that one."),
            Target = Target,
            ChangeId = ChangeId,
            Actor = Actor,
            Payload = Payload,
            PreviousHash = PreviousHash,
            Hash = Hash,
        };
    }
}
