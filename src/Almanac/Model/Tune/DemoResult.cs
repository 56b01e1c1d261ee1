using NodaTime;

namespace Almanac.Model;

/// <summary>One class of operations at the stated rate; times in milliseconds from the intended start.</summary>
public sealed record ClassMeasure
{
    public required double Rate { get; init; }
    public required double AchievedRate { get; init; }
    public required long Count { get; init; }
    public required long Errors { get; init; }
    public required double P50Ms { get; init; }
    public required double P95Ms { get; init; }
    public required double P99Ms { get; init; }

    /// <summary>Server CPU for one operation, in milliseconds, from a closed loop on one session.</summary>
    public required double CpuMs { get; init; }
}

/// <summary>An operation class before and after.</summary>
public sealed record DemoClass(string Name, string Description, double TargetMs, ClassMeasure Before, ClassMeasure After)
{
    /// <summary>How many times cheaper in server CPU an operation became.</summary>
    public double CpuGain => After.CpuMs <= 0 ? 0 : Before.CpuMs / After.CpuMs;
}

/// <summary>One step of the guided run.</summary>
public sealed record DemoStep(string Title, string Text, double Seconds);

/// <summary>Everything the guided run measured; the report shows nothing else.</summary>
public sealed record DemoResult
{
    public string ApiVersion { get; init; } = "almanac/v1";
    public string Kind { get; init; } = "demo";
    public required double Scale { get; init; }
    public required ulong Seed { get; init; }
    public required long DatabaseBytes { get; init; }
    public required string ServerVersion { get; init; }
    public required int Cores { get; init; }

    /// <summary>How long the open-loop runs were, in seconds.</summary>
    public required double RunSeconds { get; init; }
    public required IReadOnlyList<DemoClass> Classes { get; init; }
    public required TuneResult Saturday { get; init; }
    public required TuneResult Tune { get; init; }
    public required TuneResult Bad { get; init; }
    public required IReadOnlyList<LedgerEntry> Ledger { get; init; }
    public required string LedgerHead { get; init; }
    public required IReadOnlyList<DemoStep> Steps { get; init; }
    public required double TotalSeconds { get; init; }
    public required IReadOnlyList<string> Next { get; init; }
    public string? ReportPath { get; init; }
    public string? KeptUri { get; init; }
}
