namespace Almanac.Model;

/// <summary>Tables, columns with their statistics, indexes and foreign keys of one database, as the planner sees them.</summary>
public sealed record Catalog
{
    public required IReadOnlyList<TableInfo> Tables { get; init; }
    public required IReadOnlyList<IndexInfo> Indexes { get; init; }
    public required IReadOnlyList<ForeignKeyInfo> ForeignKeys { get; init; }

    /// <summary>Distinct combinations of several columns, from extended statistics.</summary>
    public IReadOnlyList<ColumnGroup> ColumnGroups { get; init; } = [];

    /// <summary>Tables (oids) on which an index is being built right now, or may be: whatever is invalid there is not a leftover yet.</summary>
    public IReadOnlyList<uint> TablesBeingIndexed { get; init; } = [];
}

/// <summary>One table (relkind r), partitioned table (p) or materialised view (m).</summary>
public sealed record TableInfo
{
    public required uint Oid { get; init; }
    public required string Schema { get; init; }
    public required string Name { get; init; }
    public required char Kind { get; init; }

    /// <summary>The partitioned parent's oid, if this is a partition.</summary>
    public uint? ParentOid { get; init; }
    public required double Rows { get; init; }
    public required long Pages { get; init; }

    /// <summary>Share of heap pages that are all-visible, 0 to 1.</summary>
    public required double AllVisible { get; init; }
    public required IReadOnlyList<ColumnInfo> Columns { get; init; }

    /// <summary>Storage parameters such as <c>fillfactor=90</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
    public required string Owner { get; init; }
}

/// <summary>One column and its statistics.</summary>
public sealed record ColumnInfo
{
    public required short Number { get; init; }
    public required string Name { get; init; }

    /// <summary>As <c>format_type</c> writes it, for example <c>character varying(40)</c>.</summary>
    public required string Type { get; init; }

    /// <summary>pg_type.typlen: bytes, -1 for varlena.</summary>
    public required short TypeLength { get; init; }

    /// <summary>pg_type.typalign: c, s, i or d.</summary>
    public required char TypeAlign { get; init; }
    public required bool NotNull { get; init; }

    /// <summary>True when the type has a default b-tree operator class.</summary>
    public required bool BTreeable { get; init; }

    /// <summary>pg_type.typcategory of the type (of a domain: of its base type): S is a string.</summary>
    public char TypeCategory { get; init; } = 'U';

    /// <summary>True when a b-tree on it can deduplicate: the operator class says that equal values are the same image.</summary>
    public bool Deduplicates { get; init; } = true;

    /// <summary>pg_stats.n_distinct: a count if positive, minus a share of the rows if negative; null before ANALYZE.</summary>
    public double? NDistinct { get; init; }
    public double? NullFraction { get; init; }

    /// <summary>Average width, in bytes.</summary>
    public int? AverageWidth { get; init; }
    public double? Correlation { get; init; }

    /// <summary>Shares of the rows that hold the most common values, largest first.</summary>
    public IReadOnlyList<double> MostCommonFrequencies { get; init; } = [];
}

/// <summary>One index.</summary>
public sealed record IndexInfo
{
    public required uint Oid { get; init; }
    public required uint TableOid { get; init; }
    public required string Schema { get; init; }
    public required string Name { get; init; }

    /// <summary><c>pg_get_indexdef</c>.</summary>
    public required string Definition { get; init; }
    public required string AccessMethod { get; init; }

    /// <summary>Key parts in order: a column name, or an expression in parentheses, with DESC / NULLS where not the default.</summary>
    public required IReadOnlyList<string> Keys { get; init; }
    public IReadOnlyList<string> Included { get; init; } = [];
    public string? Predicate { get; init; }

    /// <summary>Operator classes and collations of the keys, as one comparable text.</summary>
    public required string OperatorClasses { get; init; }

    /// <summary>True when every key uses its type's default operator class and its column's collation.</summary>
    public bool DefaultOperatorClasses { get; init; } = true;
    public required bool IsUnique { get; init; }
    public required bool IsPrimary { get; init; }
    public required bool IsValid { get; init; }

    /// <summary>Backs a primary key, unique or exclusion constraint, or is the replica identity or a clustering index, or is what a foreign key refers to.</summary>
    public required bool BacksConstraint { get; init; }

    /// <summary>The partitioned parent index, if attached.</summary>
    public uint? ParentOid { get; init; }
    public required long Bytes { get; init; }
    public required long Scans { get; init; }
}

/// <summary>One foreign key: the referencing columns want an index when the referenced rows are deleted or updated.</summary>
public sealed record ForeignKeyInfo(uint TableOid, IReadOnlyList<string> Columns, uint ReferencedTableOid);

/// <summary>How many distinct combinations several columns have together (extended statistics, ndistinct).</summary>
public sealed record ColumnGroup(uint TableOid, IReadOnlyList<short> Columns, double NDistinct);
