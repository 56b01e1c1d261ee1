namespace Almanac.Model;

/// <summary>What a condition or an order is about: a column by its plain name, or an expression over columns of one relation.</summary>
/// <param name="Text">The column's name without quotes, or the expression as SQL without the relation's alias.</param>
/// <param name="IsExpression">True when <paramref name="Text"/> is an expression.</param>
/// <param name="StringCast">True for a column compared as <c>(column)::text</c>: its own index serves that only if it is a string.</param>
public sealed record ConditionColumn(string Text, bool IsExpression = false, bool StringCast = false);

/// <summary>One part of an order.</summary>
public sealed record SortPart(ConditionColumn Column, bool Descending, bool NullsFirst);

/// <summary>An order that the plan needs from one relation.</summary>
/// <param name="Parts">From the most significant on.</param>
/// <param name="TopN">True when only the first rows are wanted and the parts are the whole order.</param>
public sealed record SortOrder(IReadOnlyList<SortPart> Parts, bool TopN);

/// <summary>Which column a parameter is compared with, and how: <c>column operator parameter</c>.</summary>
public sealed record ParameterColumn(int Number, string Schema, string Table, string Column, string Operator);

/// <summary>What one plan asks of one relation: which columns are compared with what, and in which order its rows are wanted.</summary>
public sealed record RelationConditions
{
    /// <summary>Schema of the table; for a partition, of the partitioned table.</summary>
    public required string Schema { get; init; }

    /// <summary>The table; for a partition, the partitioned table.</summary>
    public required string Table { get; init; }

    /// <summary>The alias in the plan.</summary>
    public required string Alias { get; init; }

    /// <summary>Compared for equality with a constant or parameter, IN lists included.</summary>
    public IReadOnlyList<ConditionColumn> Equal { get; init; } = [];

    /// <summary>Equal to a column of another relation.</summary>
    public IReadOnlyList<ConditionColumn> Joined { get; init; } = [];

    /// <summary>Compared by &lt;, &lt;=, &gt; or &gt;=.</summary>
    public IReadOnlyList<ConditionColumn> Range { get; init; } = [];

    /// <summary>Asked to be null.</summary>
    public IReadOnlyList<ConditionColumn> Null { get; init; } = [];

    /// <summary>Asked not to be null.</summary>
    public IReadOnlyList<ConditionColumn> NotNull { get; init; } = [];

    /// <summary>Boolean columns used as a condition.</summary>
    public IReadOnlyList<ConditionColumn> Boolean { get; init; } = [];

    /// <summary>Orders wanted of it.</summary>
    public IReadOnlyList<SortOrder> Sorts { get; init; } = [];

    /// <summary>Columns that rows are grouped or made distinct by.</summary>
    public IReadOnlyList<IReadOnlyList<ConditionColumn>> Groups { get; init; } = [];

    /// <summary>Names of the columns that the plan needs above the scan, as far as it shows.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];
}
