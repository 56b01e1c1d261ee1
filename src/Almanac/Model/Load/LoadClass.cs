namespace Almanac.Model;

/// <summary>Fills the values of a statement's parameters <c>$1, $2, ...</c>; the same random numbers give the same values.</summary>
public delegate void LoadParameters(ref SeededRandom random, object[] values);

/// <summary>One statement of an operation, sent prepared, with its values as real parameters.</summary>
public sealed record LoadStatement
{
    public required string Name { get; init; }
    public required string Sql { get; init; }

    /// <summary>How many parameters the text has.</summary>
    public required int Parameters { get; init; }
    public required LoadParameters Fill { get; init; }

    /// <summary>Its share of the operation class, relative to the shares of its sisters.</summary>
    public double Share { get; init; } = 1;
}

/// <summary>A kind of business operation that arrives at a rate of its own; each arrival sends one of its statements.</summary>
public sealed record LoadClass
{
    public required string Name { get; init; }
    public required IReadOnlyList<LoadStatement> Statements { get; init; }

    /// <summary>Mean arrivals a second.</summary>
    public required double RatePerSecond { get; init; }

    /// <summary>The declared latency objective for p95 and p99, in milliseconds; null for background work.</summary>
    public double? ObjectiveMs { get; init; }
}
