using System.Text.Json;

namespace Almanac.Model;

/// <summary>What the planner would do with a statement under a set of hypothetical indexes; answered by a server, or replayed.</summary>
public interface IWhatIf
{
    /// <summary>
    /// Makes a normalised text plannable, if it can be: parameters typed, LIMIT substituted. Never runs the statement.
    /// </summary>
    ValueTask<StatementPreparation> PrepareAsync(WorkloadStatement statement, CancellationToken cancellation);

    /// <summary>
    /// Plans a statement with exactly these hypothetical indexes on top of the real ones
    /// (at most <see cref="WhatIfCaps.PerTable"/> a table and <see cref="WhatIfCaps.Total"/> in all).
    /// Answers null when the server would not plan it under them, for example within its deadline.
    /// </summary>
    ValueTask<WhatIfPlan?> ExplainAsync(PlannableStatement statement, IReadOnlyList<CreateIndexSpec> hypothetical, CancellationToken cancellation);

    /// <summary>EXPLAIN calls made so far.</summary>
    int ExplainCalls { get; }
}

/// <summary>How many hypothetical indexes one plan may be asked about: beyond these, planning itself explodes.</summary>
public static class WhatIfCaps
{
    /// <summary>Hypothetical indexes on one table.</summary>
    public const int PerTable = 20;

    /// <summary>Hypothetical indexes in all.</summary>
    public const int Total = 60;
}

/// <summary>The outcome of making a text plannable: the statement with its plan as things are, or the reason why not.</summary>
public sealed record StatementPreparation
{
    private StatementPreparation()
    {
    }

    /// <summary>The plannable statement; null when there is none.</summary>
    public PlannableStatement? Statement { get; private init; }

    /// <summary>Its plan without hypothetical indexes; null when there is no statement.</summary>
    public WhatIfPlan? Plan { get; private init; }

    /// <summary>Why the text cannot be planned, in a few words; null when it can.</summary>
    public string? Reason { get; private init; }

    /// <summary>A text that can be planned.</summary>
    public static StatementPreparation Ready(PlannableStatement statement, WhatIfPlan plan) => new() { Statement = statement, Plan = plan };

    /// <summary>A text that cannot.</summary>
    public static StatementPreparation Unplannable(string reason) => new() { Reason = reason };
}

/// <summary>A statement the planner accepts: the rewritten text and the types of its parameters.</summary>
public sealed record PlannableStatement(long QueryId, string Text, IReadOnlyList<string> ParameterTypes);

/// <summary>A plan, its total cost in planner units, and which of the hypothetical indexes it uses.</summary>
public sealed record WhatIfPlan(double Cost, JsonElement Plan, IReadOnlyList<CreateIndexSpec> Used);
