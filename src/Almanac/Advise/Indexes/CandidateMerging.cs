using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>Finds candidates that serve several statements at once: one index whose keys start like two others.</summary>
internal sealed class CandidateMerging(CatalogLookup catalog, IndexCandidates generator, CandidatePool pool, AdviseLimits limits)
{
    private const int MaximumMerged = 200;

    /// <summary>The given candidates and those that merge two of them.</summary>
    public IReadOnlyList<Candidate> With(IReadOnlyList<Candidate> useful)
    {
        List<Candidate> result = [.. useful.OrderBy(c => c.Number)];
        foreach (var group in useful.OrderBy(c => c.Number).GroupBy(c => c.Table.Oid).Where(g => g.Count() > 1))
        {
            var table = catalog.Table(group.Key)!;
            foreach (var keys in group.SelectMany(a => group.Where(b => b != a).Select(b => Merged(a.Keys, b.Keys))).OfType<IReadOnlyList<IndexKey>>())
            {
                if (result.Count < useful.Count + MaximumMerged && generator.IsUseful(table, keys) && pool.Get(IndexCandidates.Spec(table, keys)) is { } merged && !result.Contains(merged))
                {
                    result.Add(merged);
                }
            }
        }

        return result;
    }

    /// <summary>Those of the candidates that the statement might use: on its tables, led by a column that its conditions or orders name.</summary>
    public static IReadOnlyList<Candidate> Relevant(StatementModel model, IReadOnlyList<Candidate> candidates)
    {
        var own = model.Atoms.SelectMany(a => a.Used).ToHashSet();
        return
        [
            .. candidates.Where(c => own.Contains(c) || model.Relations.Any(r => r.Schema == c.Table.Schema && r.Table == c.Table.Name && Names(r).Any(n => n.Text == c.Keys[0].Text)))
                .OrderByDescending(own.Contains).ThenBy(c => c.Number)
                .GroupBy(c => c.Table.Oid).SelectMany(g => g.Take(WhatIfCaps.PerTable))
                .Take(WhatIfCaps.Total),
        ];
    }

    private static IEnumerable<ConditionColumn> Names(RelationConditions relation)
        => relation.Equal.Concat(relation.Joined).Concat(relation.Range).Concat(relation.Null).Concat(relation.Boolean)
            .Concat(relation.Sorts.Select(s => s.Parts[0].Column)).Concat(relation.Groups.SelectMany(g => g));

    // (a, b) and (a, c) give (a, b, c); (a) and (a, b) need no merging, since the wider one serves both.
    private IReadOnlyList<IndexKey>? Merged(IReadOnlyList<IndexKey> first, IReadOnlyList<IndexKey> second)
    {
        if (first[0] != second[0] || IndexCandidates.IsPrefix(first, second) || IndexCandidates.IsPrefix(second, first))
        {
            return null;
        }

        List<IndexKey> keys = [.. first, .. second.Where(s => !first.Any(f => f.SameColumn(s)))];
        return keys.Count > first.Count && keys.Count <= limits.MaximumSortKeys ? keys : null;
    }
}
