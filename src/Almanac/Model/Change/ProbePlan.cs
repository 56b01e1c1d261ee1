namespace Almanac.Model;

/// <summary>How one statement can be tried out without traffic: its plannable text, and the column that each parameter is compared with.</summary>
public sealed record ProbePlan
{
    public required long QueryId { get; init; }

    /// <summary>A SELECT whose only unknowns are <c>$1 .. $n</c>.</summary>
    public required string Text { get; init; }

    /// <summary>The parameters' types as PREPARE takes them.</summary>
    public required IReadOnlyList<string> ParameterTypes { get; init; }

    /// <summary>For each parameter the column whose statistics the constants are drawn from.</summary>
    public required IReadOnlyList<ProbeColumn> Columns { get; init; }

    /// <summary>Calls a second in the observed workload: the weight of this statement in the sum; 0 when unknown.</summary>
    public double CallsPerSecond { get; init; }
}

/// <summary>A column by name.</summary>
public sealed record ProbeColumn(string Schema, string Table, string Column);
