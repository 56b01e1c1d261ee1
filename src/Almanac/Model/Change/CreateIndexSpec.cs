namespace Almanac.Model;

/// <summary>Builds an index without blocking writes.</summary>
public sealed record CreateIndexSpec : OperationSpec
{
    public required string Schema { get; init; }
    public required string Table { get; init; }

    /// <summary>The index name, at most 63 bytes, unique in the schema; derived by <see cref="IndexNames"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Key parts in order: a quoted-if-needed column name or a parenthesised expression, with <c>DESC</c> / <c>NULLS</c> where not the default.</summary>
    public required IReadOnlyList<string> Keys { get; init; }
    public IReadOnlyList<string> Included { get; init; } = [];

    /// <summary>The WHERE clause of a partial index, without the keyword.</summary>
    public string? Predicate { get; init; }
    public string AccessMethod { get; init; } = "btree";

    /// <inheritdoc />
    public override GuardScope Scope => GuardScope.Ddl;

    /// <inheritdoc />
    public override string Subject => $"{SqlText.Quote(Schema)}.{SqlText.Quote(Table)}";

    /// <inheritdoc />
    public override string Title() => $"create index on {Schema}.{Table} {Body()}";

    /// <summary>The part after the table name: access method where not b-tree, keys, INCLUDE and WHERE.</summary>
    public string Body()
    {
        var method = AccessMethod == "btree" ? string.Empty : $"USING {AccessMethod} ";
        var included = Included.Count == 0 ? string.Empty : $" INCLUDE ({string.Join(", ", Included)})";
        var predicate = Predicate is null ? string.Empty : $" WHERE {Predicate}";
        return $"{method}({string.Join(", ", Keys)}){included}{predicate}";
    }

    /// <summary>The statement, with or without CONCURRENTLY and the name (HypoPG names its own).</summary>
    public string ToSql(bool concurrently, bool withName = true)
        => $"CREATE INDEX {(concurrently ? "CONCURRENTLY " : string.Empty)}{(withName ? SqlText.Quote(Name) + " " : string.Empty)}ON {Subject} {Body()}";

    /// <summary>Two specs are the same index when table and body agree, whatever the name.</summary>
    public bool SameIndexAs(CreateIndexSpec other) => Schema == other.Schema && Table == other.Table && Body() == other.Body();
}
