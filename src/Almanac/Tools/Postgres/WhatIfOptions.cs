namespace Almanac.Tools.Postgres;

/// <summary>How what-if questions are asked.</summary>
public sealed record WhatIfOptions
{
    /// <summary>Rows assumed for a LIMIT parameter, unless the statement returns more a call; default 20.</summary>
    public int DefaultLimit { get; init; } = 20;

    /// <summary>Deadline for planning one statement, in seconds; default 5.</summary>
    public int PlanningSeconds { get; init; } = 5;

    /// <summary>
    /// Asks about statements over views and about partial indexes on a primary too; default false, because HypoPG has crashed
    /// servers on their combination (HypoPG issue 116). A standby is always asked.
    /// </summary>
    public bool RiskyKindsOnPrimary { get; init; }
}
