using System.Text.Json;
using Almanac.Model;

namespace Almanac.Tests.Advise;

/// <summary>A planner made of a cost function: it filters one table by the columns of the text and takes the cheapest index of those on offer.</summary>
internal sealed class ScriptedWhatIf(double scanCost, Func<string, IReadOnlyList<string>, double?> costWith) : IWhatIf
{
    public int ExplainCalls { get; private set; }

    public ValueTask<StatementPreparation> PrepareAsync(WorkloadStatement statement, CancellationToken cancellation)
        => ValueTask.FromResult(StatementPreparation.Ready(new PlannableStatement(statement.QueryId, statement.Text, []), new WhatIfPlan(scanCost, Plan(statement.Text), [])));

    public ValueTask<WhatIfPlan?> ExplainAsync(PlannableStatement statement, IReadOnlyList<CreateIndexSpec> hypothetical, CancellationToken cancellation)
    {
        ExplainCalls++;
        var best = hypothetical.Select(h => (Index: h, Cost: costWith(statement.Text, h.Keys) ?? scanCost)).Where(h => h.Cost < scanCost).OrderBy(h => h.Cost).FirstOrDefault();
        return ValueTask.FromResult<WhatIfPlan?>(best.Index is null ? new WhatIfPlan(scanCost, Plan(statement.Text), []) : new WhatIfPlan(best.Cost, Plan(statement.Text), [best.Index]));
    }

    // "a b": both compared for equality.
    private static JsonElement Plan(string columns)
    {
        var filter = string.Join(" AND ", columns.Split(' ').Select((c, i) => $"(t.{c} = ${i + 1})"));
        using var document = JsonDocument.Parse($$"""{ "Node Type": "Seq Scan", "Relation Name": "t", "Schema": "public", "Alias": "t", "Filter": "({{filter}})" }""");
        return document.RootElement.Clone();
    }
}
