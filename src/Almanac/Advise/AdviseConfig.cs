using Almanac.Model;

namespace Almanac.Advise;

/// <summary>What is worth proposing, and how much disk it may take.</summary>
public sealed record AdviseConfig
{
    [ConfigKey("Megabytes that all proposed indexes may take together; unlimited by default.", Minimum = 1, Maximum = 1e9)]
    public int? BudgetMegabytes { get; init; }

    [ConfigKey("Percent of the observed time that an index must be expected to save, the cost of writes deducted.", Minimum = 0.1, Maximum = 100)]
    public double MinimumSavedPercent { get; init; } = 1;

    /// <summary>The megabytes in bytes.</summary>
    public long? BudgetBytes => BudgetMegabytes is { } megabytes ? megabytes * 1024L * 1024L : null;

    /// <summary>The percent as a share, 0 to 1.</summary>
    public double MinimumSavedShare => MinimumSavedPercent / 100;
}
