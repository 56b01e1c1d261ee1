using System.Globalization;
using Almanac.Advise.Indexes;
using Almanac.Model;
using NodaTime;

namespace Almanac.Advise.Unused;

/// <summary>
/// Decides which indexes are worth dropping: invalid leftovers, duplicates, those that a wider one covers; and those never scanned,
/// but only where the history proves it. What backs a constraint, is unique, or supports a foreign key stays.
/// </summary>
public static class UnusedIndexAdvisor
{
    /// <summary>Counters must run this long before 'never scanned' means anything.</summary>
    public static readonly Duration ShortestHistory = Duration.FromDays(90);

    // A wide index that is much larger costs more to scan than the narrow one saves to keep.
    private const double WidestCover = 2.0;
    private static readonly Duration DropTime = Duration.FromSeconds(5);

    /// <summary>Advice on all indexes of the catalog.</summary>
    public static Advice Advise(UnusedIndexInput input)
    {
        var lookup = new CatalogLookup(input.Catalog);
        var building = input.Catalog.TablesBeingIndexed.ToHashSet();
        List<(IndexInfo Index, string Reason, string Evidence)> drops = [];
        List<string> notes = [];
        HashSet<uint> covers = [];
        foreach (var table in input.Catalog.Tables)
        {
            // Indexes of partitioned tables and their partitions hang together; they are dropped as one or not at all.
            var indexes = lookup.IndexesOf(table).Where(_ => table.Kind != 'p').OrderBy(i => i.Oid).ToList();
            drops.AddRange(Invalid(indexes, table, building, notes));
            var valid = indexes.Where(i => i.IsValid).ToList();
            var duplicates = Duplicates(valid).ToList();
            drops.AddRange(duplicates);
            var kept = valid.Where(i => !duplicates.Exists(d => d.Index.Oid == i.Oid)).ToList();
            drops.AddRange(Covered(kept, covers));
        }

        var unused = input.Catalog.Indexes.Where(i => !drops.Exists(d => d.Index.Oid == i.Oid) && !covers.Contains(i.Oid) && IsUnused(i, lookup)).ToList();
        if (unused.Count > 0 && Proof(input) is { } whyNot)
        {
            var most = unused.OrderByDescending(i => i.Bytes).Take(5).Select(i => $"{i.Schema}.{i.Name} ({Megabytes(i.Bytes)})");
            notes.Add($"{unused.Count} index{(unused.Count == 1 ? " was" : "es were")} not scanned, which proves nothing yet: {whyNot}. Nothing of that is dropped: {string.Join(", ", most)}{(unused.Count > 5 ? " ..." : string.Empty)}.");
        }
        else
        {
            drops.AddRange(unused.Select(i => (i, "It was not scanned through a full season on any replica, and every write pays for it.", $"0 scans since {input.CountersSince}.")));
        }

        return ToAdvice(input, lookup, drops, notes);
    }

    private static IEnumerable<(IndexInfo, string, string)> Invalid(List<IndexInfo> indexes, TableInfo table, HashSet<uint> building, List<string> notes)
    {
        foreach (var index in indexes.Where(i => !i.IsValid && !i.BacksConstraint && i.ParentOid is null))
        {
            if (building.Contains(table.Oid))
            {
                notes.Add($"{index.Schema}.{index.Name} is invalid, and its table is being indexed or vacuumed right now: it may be a build under way, so it stays.");
                continue;
            }

            yield return (index, "It is the invalid leftover of a failed concurrent build: no query can use it, and every write pays for it.", $"pg_index says invalid; {Megabytes(index.Bytes)}.");
        }
    }

    private static IEnumerable<(IndexInfo Index, string Reason, string Evidence)> Duplicates(List<IndexInfo> indexes)
    {
        foreach (var group in indexes.GroupBy(i => (i.AccessMethod, Keys: string.Join('|', i.Keys), i.OperatorClasses, i.Predicate, Included: string.Join('|', i.Included))).Where(g => g.Count() > 1))
        {
            var keep = group.OrderByDescending(i => i.BacksConstraint).ThenByDescending(i => i.IsUnique).ThenByDescending(i => i.Scans).ThenBy(i => i.Oid).First();
            foreach (var index in group.Where(i => i != keep && CanGo(i)))
            {
                yield return (index, $"It duplicates {keep.Name}: same columns, same order, same condition.", $"Both are {string.Join(", ", keep.Keys)}; {index.Name} takes {Megabytes(index.Bytes)}.");
            }
        }
    }

    private static IEnumerable<(IndexInfo, string, string)> Covered(List<IndexInfo> indexes, HashSet<uint> covers)
    {
        foreach (var narrow in indexes.Where(i => CanGo(i) && i.AccessMethod == "btree"))
        {
            var cover = indexes.Where(wide => wide != narrow && Covers(wide, narrow)).OrderBy(w => w.Bytes).ThenBy(w => w.Oid).FirstOrDefault();
            if (cover is not null)
            {
                // From now on it has the other one's work to do as well.
                covers.Add(cover.Oid);
                yield return (
                    narrow,
                    $"{cover.Name} starts with the same columns and serves what this one serves.",
                    string.Create(CultureInfo.InvariantCulture, $"({string.Join(", ", narrow.Keys)}) is the start of ({string.Join(", ", cover.Keys)}); {Megabytes(narrow.Bytes)} against {Megabytes(cover.Bytes)}."));
            }
        }
    }

    private static bool Covers(IndexInfo wide, IndexInfo narrow)
        => wide.AccessMethod == "btree" && wide.Keys.Count > narrow.Keys.Count && wide.Predicate == narrow.Predicate
            && narrow.Keys.SequenceEqual(wide.Keys.Take(narrow.Keys.Count))
            && Classes(narrow, narrow.Keys.Count).SequenceEqual(Classes(wide, narrow.Keys.Count))
            && narrow.Included.All(c => wide.Keys.Contains(c) || wide.Included.Contains(c))
            && wide.Bytes <= WidestCover * narrow.Bytes;

    // "class class collation collation": the first of each for so many keys.
    private static IEnumerable<string> Classes(IndexInfo index, int keys)
    {
        var parts = index.OperatorClasses.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return parts.Take(keys).Concat(parts.Skip(index.Keys.Count).Take(keys));
    }

    private static bool CanGo(IndexInfo index) => !index.BacksConstraint && !index.IsUnique && !index.IsPrimary && index.ParentOid is null;

    private static bool IsUnused(IndexInfo index, CatalogLookup lookup)
        => index.Scans == 0 && index.IsValid && CanGo(index) && lookup.Table(index.TableOid) is { Kind: not 'p' } table && !SupportsForeignKey(index, table, lookup);

    // Deleting or updating a referenced row looks for those that refer to it; such scans are not always counted.
    private static bool SupportsForeignKey(IndexInfo index, TableInfo table, CatalogLookup lookup)
        => lookup.Catalog.ForeignKeys.Where(k => k.TableOid == table.Oid)
            .Any(k => k.Columns.All(c => index.Keys.Take(k.Columns.Count).Select(IndexKey.Parse).Any(p => !p.IsExpression && p.Text == c)));

    private static string? Proof(UnusedIndexInput input)
    {
        if (input.CountersSince is not { } since)
        {
            return "nobody knows since when the scans have been counted";
        }

        var days = (input.Now - since).TotalDays;
        if (input.Now - since < ShortestHistory)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the scans have been counted for {days:0.#} days only, and the busy season may lie outside of them");
        }

        return input.FullSeasonObserved ? null : "the observation does not span a full season on every replica";
    }

    private static Advice ToAdvice(UnusedIndexInput input, CatalogLookup lookup, List<(IndexInfo Index, string Reason, string Evidence)> drops, List<string> notes)
    {
        List<ProposedChange> changes = [];
        List<RejectedChange> rejected = [];
        foreach (var (index, reason, evidence) in drops)
        {
            var table = lookup.Table(index.TableOid)!;
            var spec = new DropIndexSpec { Schema = index.Schema, Table = table.Name, Name = index.Name, Definition = index.Definition, Invalid = !index.IsValid };
            var id = ChangeIds.For(input.Target, spec);
            if (input.RecentlyRejected.Contains(id))
            {
                rejected.Add(new RejectedChange(id, spec, "it was rejected or rolled back recently"));
                continue;
            }

            var writes = input.Writes.TryGetValue(table.Oid, out var counted) ? new TableActivity(counted, HotKnown: true, []) : TableActivity.None;
            var asBuilt = new CreateIndexSpec { Schema = index.Schema, Table = table.Name, Name = index.Name, Keys = index.Keys, Included = index.Included };
            changes.Add(new ProposedChange
            {
                Id = id,
                Target = input.Target,
                Operation = spec,
                Reason = reason,
                Estimate = new ChangeEstimate
                {
                    SavedShare = 0,
                    SavedMs = 0,
                    Bytes = -index.Bytes,
                    WriteOverheadMs = -IndexCosts.WriteMs(table, asBuilt, index.Bytes, 0, writes),
                    Duration = DropTime,
                },
                Evidence = [evidence, string.Create(CultureInfo.InvariantCulture, $"{index.Scans:N0} scans counted.")],
            });
        }

        return new Advice { Changes = [.. changes.OrderBy(c => c.Estimate.Bytes).ThenBy(c => c.Id, StringComparer.Ordinal)], Rejected = rejected, Notes = notes };
    }

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MB");
}
