using Almanac.Model;
using NodaTime;

namespace Almanac.Guard;

/// <summary>Whether one act may begin, why, and by when it must be over.</summary>
public sealed record GateAnswer
{
    /// <summary>The verdict on the asked instant.</summary>
    public required Verdict Asked { get; init; }

    /// <summary>The verdict on the real one; null where only the asked one counts (a simulated clock).</summary>
    public Verdict? Real { get; init; }
    public required bool Allowed { get; init; }

    /// <summary>Done when allowed, else Refused or ApprovalPending.</summary>
    public required ExitCode Code { get; init; }

    /// <summary>The answer as one sentence.</summary>
    public required string Sentence { get; init; }
    public string? Hint { get; init; }

    /// <summary>How long a running act has until the edge at which it must be cancelled; null when there is none within 400 days, or when not allowed.</summary>
    public Duration? TimeLeft { get; init; }

    /// <summary>That edge, on the real clock (on the asked one where that alone counts).</summary>
    public Instant? MustEndBy { get; init; }
    public bool ByApproval { get; init; }
    public bool ByBreakGlass { get; init; }
}
