using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>One index that might be built, with its true size and what it costs the window's writes.</summary>
public sealed record Candidate
{
    /// <summary>Its place in the pool: identity and order.</summary>
    public required int Number { get; init; }

    /// <summary>The index.</summary>
    public required CreateIndexSpec Spec { get; init; }

    /// <summary>Its keys, parsed.</summary>
    public required IReadOnlyList<IndexKey> Keys { get; init; }

    /// <summary>The table.</summary>
    public required TableInfo Table { get; init; }

    /// <summary>Predicted size.</summary>
    public required long Bytes { get; init; }

    /// <summary>Milliseconds added to the window's writes.</summary>
    public required double WriteMs { get; init; }

    /// <inheritdoc />
    public bool Equals(Candidate? other) => other is not null && other.Number == Number;

    /// <inheritdoc />
    public override int GetHashCode() => Number;
}

/// <summary>All candidates of one advice, each once.</summary>
public sealed class CandidatePool(CatalogLookup catalog, Func<TableInfo, TableActivity> activity, Func<CreateIndexSpec, bool> isRejected)
{
    private readonly Dictionary<string, Candidate?> known = new(StringComparer.Ordinal);
    private readonly List<Candidate> rejected = [];

    /// <summary>Candidates that are left out because they were rejected recently.</summary>
    public IReadOnlyList<Candidate> RecentlyRejected => rejected;

    /// <summary>The candidate for this index; null when it was rejected recently.</summary>
    public Candidate? Get(CreateIndexSpec spec)
    {
        var key = spec.ToSql(concurrently: false, withName: false);
        if (known.TryGetValue(key, out var candidate))
        {
            return candidate;
        }

        var table = catalog.Table(spec.Schema, spec.Table) ?? throw new ArgumentException($"No table {spec.Subject}.", nameof(spec));
        var bytes = IndexSize.Bytes(catalog, table, spec);
        candidate = new Candidate
        {
            Number = known.Count,
            Spec = spec,
            Keys = [.. spec.Keys.Select(IndexKey.Parse)],
            Table = table,
            Bytes = bytes,
            WriteMs = IndexCosts.WriteMs(table, spec, bytes, catalog.IndexesOf(table).Count(), activity(table)),
        };
        if (isRejected(spec))
        {
            rejected.Add(candidate);
            candidate = null;
        }

        known[key] = candidate;
        return candidate;
    }
}
