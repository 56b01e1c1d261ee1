using Almanac.Model;
using NodaTime;

namespace Almanac.Change;

/// <summary>How long a change may take, and how long its effect is measured.</summary>
public sealed record ChangeConfig
{
    [ConfigKey("Seconds of traffic to wait for, at most, before the effect of a change is decided.", Minimum = 10, Maximum = 86400)]
    public int VerifySeconds { get; init; } = 120;

    [ConfigKey("Hours after which a change under way is cancelled and cleaned up, also where no closed window is near.", Minimum = 0.1, Maximum = 72)]
    public double LongestActHours { get; init; } = 6;

    /// <summary>The same as the runner takes it.</summary>
    public MeasureOptions Measure => new() { AfterMaximum = Duration.FromSeconds(VerifySeconds) };

    /// <summary>The hours as a duration.</summary>
    public Duration LongestAct => Duration.FromHours(LongestActHours);
}
