using Almanac.Model;

namespace Almanac.Advise;

/// <summary>How much the advisor may propose.</summary>
public sealed record AdviseConfig
{
    [ConfigKey("Megabytes that all proposed indexes may take together; unlimited by default.", Minimum = 1)]
    public int? BudgetMegabytes { get; init; }

    [ConfigKey("Proposals in one plan, at most.", Minimum = 1, Maximum = 100)]
    public int MaxChanges { get; init; } = 20;
}
