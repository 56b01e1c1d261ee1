namespace Almanac.Model;

/// <summary>What an advisor answers: changes worth making, and what else it wants to say.</summary>
public record Advice
{
    /// <summary>Worth making, the most valuable first.</summary>
    public IReadOnlyList<ProposedChange> Changes { get; init; } = [];

    /// <summary>Considered and not proposed, each with its reason.</summary>
    public IReadOnlyList<RejectedChange> Rejected { get; init; } = [];

    /// <summary>Remarks in full sentences: what was left out, what cannot be said yet.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A change that was considered and not proposed.</summary>
public sealed record RejectedChange(string Id, OperationSpec Operation, string Reason);

/// <summary>A statement that could not be planned, and why: it took no part in the advice.</summary>
public sealed record UnplannableStatement(long QueryId, string Text, double TotalMs, string Reason);

/// <summary>One statement's planner cost without and with the proposed indexes, and which of them its plan uses (by index name).</summary>
public sealed record StatementForecast(long QueryId, double CostBefore, double CostAfter, IReadOnlyList<string> Uses);

/// <summary>Advice on indexes to build.</summary>
public sealed record IndexAdvice : Advice
{
    /// <summary>EXPLAIN calls that it took.</summary>
    public int ExplainCalls { get; init; }

    /// <summary>Statements that were examined.</summary>
    public int StatementsConsidered { get; init; }

    /// <summary>Statements left out because they hardly matter.</summary>
    public int StatementsLeftOut { get; init; }

    /// <summary>Share of the measured time that the statements left out stand for, 0 to 1.</summary>
    public double ShareLeftOut { get; init; }

    /// <summary>Statements that could not be planned.</summary>
    public IReadOnlyList<UnplannableStatement> Unplannable { get; init; } = [];

    /// <summary>The statements that the proposed indexes serve.</summary>
    public IReadOnlyList<StatementForecast> Forecasts { get; init; } = [];
}
