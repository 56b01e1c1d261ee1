using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>
/// Decides which b-trees could serve a plan: equality and join columns first, then one range or the order that is wanted.
/// What the server would make of them is for the what-if to say.
/// </summary>
public sealed class IndexCandidates(CatalogLookup catalog, AdviseLimits limits)
{
    private const int Heads = 4;
    private const int Ranges = 3;

    /// <summary>Candidates for all relations of one statement, the most promising first, within the caps of a what-if.</summary>
    public IReadOnlyList<CreateIndexSpec> For(IReadOnlyList<RelationConditions> relations)
    {
        var perTable = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<CreateIndexSpec> result = [];
        var queues = relations.Select(r => (Table: catalog.Table(r.Schema, r.Table), Relation: r))
            .Where(r => r.Table is { } t && t.Pages >= limits.MinimumPages)
            .Select(r => new Queue<CreateIndexSpec>(KeyLists(r.Relation, r.Table!).Where(k => IsUseful(r.Table!, k)).Select(k => Spec(r.Table!, k)))).ToList();

        // In turn from each relation, so that a wide one does not starve the others.
        while (result.Count < WhatIfCaps.Total && queues.Exists(q => q.Count > 0))
        {
            foreach (var queue in queues.Where(q => q.Count > 0))
            {
                var spec = queue.Dequeue();
                var count = perTable.GetValueOrDefault(spec.Subject);
                if (result.Count < WhatIfCaps.Total && count < WhatIfCaps.PerTable && seen.Add(spec.ToSql(false, withName: false)))
                {
                    perTable[spec.Subject] = count + 1;
                    result.Add(spec);
                }
            }
        }

        return result;
    }

    /// <summary>The index on this table with these keys.</summary>
    public static CreateIndexSpec Spec(TableInfo table, IReadOnlyList<IndexKey> keys)
    {
        var spec = new CreateIndexSpec { Schema = table.Schema, Table = table.Name, Name = string.Empty, Keys = [.. keys.Select(k => k.ToString())] };
        return spec with { Name = IndexNames.For(table.Name, spec.Body(), spec.Keys) };
    }

    /// <summary>False when an existing index does the same, or when its first keys already single out one row.</summary>
    public bool IsUseful(TableInfo table, IReadOnlyList<IndexKey> keys)
    {
        foreach (var index in catalog.IndexesOf(table).Where(i => i.IsValid && i.Predicate is null && i.AccessMethod == "btree" && i.DefaultOperatorClasses))
        {
            var existing = index.Keys.Select(IndexKey.Parse).ToList();
            if (IsPrefix(keys, existing) || (index.IsUnique && existing.Count <= keys.Count && existing.Zip(keys).All(p => p.First.SameColumn(p.Second))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when <paramref name="wide"/> starts with these keys, read in either direction.</summary>
    public static bool IsPrefix(IReadOnlyList<IndexKey> keys, IReadOnlyList<IndexKey> wide)
        => keys.Count <= wide.Count && (keys.Zip(wide).All(p => p.First == p.Second) || keys.Zip(wide).All(p => p.First == p.Second.Flipped));

    private IEnumerable<IReadOnlyList<IndexKey>> KeyLists(RelationConditions relation, TableInfo table)
    {
        var equal = Usable(table, relation.Equal.Concat(relation.Null)).OrderByDescending(k => Distinct(table, k)).ToList();
        var joined = Usable(table, relation.Joined).Except(equal).ToList();
        var boolean = Usable(table, relation.Boolean).Except(equal).ToList();
        var range = Usable(table, relation.Range).Take(Ranges).ToList();
        List<IndexKey> heads = [.. equal.Concat(joined).Concat(boolean).Take(Heads)];
        List<IndexKey> allEqual = [.. equal.Concat(boolean).Take(limits.MaximumKeys)];
        List<IReadOnlyList<IndexKey>> prefixes = [allEqual, [.. equal.Take(limits.MaximumKeys)], .. heads.Select(h => new[] { h }), [.. joined.Take(1), .. allEqual.Take(limits.MaximumKeys - 1)], .. Pairs(heads)];

        // The most promising first: the caps cut from the end.
        foreach (var key in heads.Concat(range))
        {
            yield return [key];
        }

        var orders = relation.Sorts.OrderByDescending(s => s.TopN).Select(s => (Keys: OrderKeys(table, s), s.TopN)).Where(s => s.Keys.Count > 0).ToList();
        foreach (var (order, topN) in orders)
        {
            // Without the equality columns the first rows may lie anywhere in the order: the planner's hope that they do not is no plan.
            IEnumerable<IReadOnlyList<IndexKey>> unprefixed = topN && allEqual.Count > 0 ? [] : [[]];
            foreach (var prefix in prefixes.Take(2 + heads.Count).Concat(unprefixed))
            {
                if (WithOrder(prefix, order, topN) is { } keys)
                {
                    yield return keys;
                }
            }
        }

        foreach (var keys in prefixes.Where(p => p.Count > 0 && p.Count < limits.MaximumKeys).Take(2 + heads.Count).SelectMany(p => range.Except(p).Select(r => (IReadOnlyList<IndexKey>)[.. p, r])))
        {
            yield return keys;
        }

        foreach (var keys in prefixes.Where(p => p.Count > 1))
        {
            yield return keys;
        }

        foreach (var keys in prefixes.Where(p => p.Count == limits.MaximumKeys - 1).SelectMany(p => range.Except(p).Select(r => (IReadOnlyList<IndexKey>)[.. p, r])))
        {
            yield return keys;
        }

        foreach (var keys in relation.Groups.Select(g => Usable(table, g).ToList() is { } usable && usable.Count == g.Count ? usable : []).Where(g => g.Count > 0))
        {
            List<IndexKey> grouped = [.. allEqual.Except(keys).Take(limits.MaximumKeys - 1), .. keys];
            if (grouped.Count <= limits.MaximumKeys)
            {
                yield return grouped;
            }
        }
    }

    private static IEnumerable<IReadOnlyList<IndexKey>> Pairs(List<IndexKey> heads)
        => heads.SelectMany(a => heads.Where(b => b != a).Select(b => (IReadOnlyList<IndexKey>)[a, b]));

    private IReadOnlyList<IndexKey>? WithOrder(IReadOnlyList<IndexKey> prefix, IReadOnlyList<IndexKey> order, bool topN)
    {
        List<IndexKey> keys = [.. prefix, .. order.Where(o => !prefix.Any(p => p.SameColumn(o)))];
        if (keys.Count == prefix.Count)
        {
            return null;
        }

        return topN ? [.. keys.Take(limits.MaximumSortKeys)] : keys.Count <= limits.MaximumKeys ? keys : null;
    }

    // An order can be read backwards, so the first part is made ascending: fewer indexes then serve more statements.
    private List<IndexKey> OrderKeys(TableInfo table, SortOrder sort)
    {
        var usable = sort.Parts.TakeWhile(p => IsUsable(table, p.Column))
            .Select(p => IndexKey.Of(p.Column) with { Descending = p.Descending, NullsFirst = p.NullsFirst }).ToList();
        if (usable.Count < sort.Parts.Count && !sort.TopN)
        {
            return [];
        }

        return usable.Count > 0 && usable[0].Descending ? [.. usable.Select(k => k.Flipped)] : usable;
    }

    private IEnumerable<IndexKey> Usable(TableInfo table, IEnumerable<ConditionColumn> columns)
        => columns.Where(c => IsUsable(table, c)).Select(IndexKey.Of).Distinct();

    private bool IsUsable(TableInfo table, ConditionColumn condition)
    {
        if (condition.IsExpression)
        {
            return true;
        }

        var column = table.Columns.FirstOrDefault(c => c.Name == condition.Text);
        return column is { BTreeable: true } && (column.AverageWidth ?? 0) <= limits.MaximumKeyWidth && (!condition.StringCast || column.TypeCategory == 'S');
    }

    private static double Distinct(TableInfo table, IndexKey key)
        => table.Columns.FirstOrDefault(c => !key.IsExpression && c.Name == key.Text) is { } column ? IndexSize.DistinctOf(column, table.Rows) : table.Rows;
}
