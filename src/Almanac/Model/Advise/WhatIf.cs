using System.Text.Json;

namespace Almanac.Model;

/// <summary>What the planner would do with a statement under a set of hypothetical indexes; answered by a server, or replayed.</summary>
public interface IWhatIf
{
    /// <summary>
    /// Makes a normalised text plannable, if it can be: parameters typed, LIMIT substituted.
    /// Answers null for a text that cannot be planned; never runs the statement.
    /// </summary>
    ValueTask<PlannableStatement?> PrepareAsync(WorkloadStatement statement, CancellationToken cancellation);

    /// <summary>Plans a statement with exactly these hypothetical indexes on top of the real ones.</summary>
    ValueTask<WhatIfPlan> ExplainAsync(PlannableStatement statement, IReadOnlyList<CreateIndexSpec> hypothetical, CancellationToken cancellation);

    /// <summary>EXPLAIN calls made so far.</summary>
    int ExplainCalls { get; }
}

/// <summary>A statement the planner accepts: the rewritten text and the types of its parameters.</summary>
public sealed record PlannableStatement(long QueryId, string Text, IReadOnlyList<string> ParameterTypes);

/// <summary>A plan, its total cost in planner units, and which of the hypothetical indexes it uses.</summary>
public sealed record WhatIfPlan(double Cost, JsonElement Plan, IReadOnlyList<CreateIndexSpec> Used);
