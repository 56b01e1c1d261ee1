using NodaTime;

namespace Almanac.EndToEndTests.Cli;

/// <summary>A clock that starts at a chosen instant and runs at the real speed, for what has to wait for a server.</summary>
internal sealed class RunningClock(Instant start) : TimeProvider
{
    private readonly long began = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => start.ToDateTimeOffset() + System.GetElapsedTime(began);
}
