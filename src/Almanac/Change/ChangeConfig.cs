using Almanac.Model;

namespace Almanac.Change;

/// <summary>How long a change is measured, and how much harm it may do.</summary>
public sealed record ChangeConfig
{
    [ConfigKey("Seconds of traffic to wait for, at most, before a change's effect is decided.", Minimum = 1, Maximum = 604800)]
    public int VerifySeconds { get; init; } = 300;

    [ConfigKey("Percent by which another statement may get slower before the change is rolled back.", Minimum = 1, Maximum = 1000)]
    public double MaxRegressPercent { get; init; } = 10;
}
