namespace Almanac.Model;

/// <summary>Drops an index without blocking, keeping its definition so that it can be rebuilt.</summary>
public sealed record DropIndexSpec : OperationSpec
{
    public required string Schema { get; init; }
    public required string Table { get; init; }
    public required string Name { get; init; }

    /// <summary>The full CREATE INDEX statement that undoes the drop.</summary>
    public required string Definition { get; init; }

    /// <summary>True for an invalid leftover: it serves no query, so there is nothing to restore.</summary>
    public bool Invalid { get; init; }

    /// <inheritdoc />
    public override GuardScope Scope => GuardScope.Ddl;

    /// <inheritdoc />
    public override string Subject => $"{SqlText.Quote(Schema)}.{SqlText.Quote(Table)}";

    /// <inheritdoc />
    public override string Title() => $"drop {(Invalid ? "invalid " : string.Empty)}index {Schema}.{Name}";
}
