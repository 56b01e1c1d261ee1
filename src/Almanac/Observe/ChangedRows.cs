using Almanac.Model;

namespace Almanac.Observe;

/// <summary>Which rows of a snapshot have to be stored when the one before is: those that changed, and those that are gone.</summary>
internal sealed record ChangedRows
{
    public required IReadOnlyList<Stored<StatementCounters>> Statements { get; init; }
    public required IReadOnlyList<Stored<RelationCounters>> Relations { get; init; }
    public required IReadOnlyList<Stored<IndexCounters>> Indexes { get; init; }

    /// <summary>With no earlier snapshot all rows: the set is full.</summary>
    public static ChangedRows Between(ServerSnapshot? earlier, ServerSnapshot later) => new()
    {
        Statements = Changed(earlier?.Statements ?? [], later.Statements ?? [], s => s.Key, s => s),

        // The age of the oldest transaction grows with every transaction anywhere: by itself it is no reason for a row.
        Relations = Changed(earlier?.Relations ?? [], later.Relations, r => r.Oid, r => r with { FrozenXidAge = 0 }),
        Indexes = Changed(earlier?.Indexes ?? [], later.Indexes, i => i.Oid, i => i),
    };

    private static List<Stored<T>> Changed<T, TKey>(IReadOnlyList<T> earlier, IReadOnlyList<T> later, Func<T, TKey> key, Func<T, T> compared)
        where TKey : notnull
    {
        var before = earlier.ToDictionary(key);
        var rows = new List<Stored<T>>();
        foreach (var row in later)
        {
            if (!before.Remove(key(row), out var previous) || !Equals(compared(previous), compared(row)))
            {
                rows.Add(new Stored<T>(row, Gone: false));
            }
        }

        rows.AddRange(before.Values.Select(row => new Stored<T>(row, Gone: true)));
        return rows;
    }
}

/// <summary>One row to store; gone says that the server no longer has it.</summary>
internal sealed record Stored<T>(T Row, bool Gone);
