using System.Runtime.InteropServices;
using Almanac.Model;

namespace Almanac.Load;

/// <summary>One operation that is to begin at a certain time, whatever happened to those before it.</summary>
/// <param name="IntendedMicroseconds">Intended start, from the start of the run.</param>
/// <param name="Class">Index of its class.</param>
/// <param name="Statement">Index of the statement within the class.</param>
/// <param name="ParameterSeed">Decides its parameters, on whichever connection it is sent.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Arrival(long IntendedMicroseconds, int Class, int Statement, ulong ParameterSeed);

/// <summary>
/// Poisson arrivals of several classes as one sequence: independent of the target's answers, and the same for the same seed, to the
/// microsecond. (Independent Poisson streams merged are one Poisson stream whose arrivals draw their class by its rate.)
/// </summary>
public sealed class ArrivalSchedule
{
    private readonly WeightedChoice classes;
    private readonly WeightedChoice[] statements;
    private readonly double meanGapMicroseconds;
    private readonly long endMicroseconds;
    private SeededRandom random;
    private double clock;

    /// <param name="classes">What arrives, each at its rate.</param>
    /// <param name="duration">How long arrivals come; null: without end.</param>
    /// <param name="seed">The same seed gives the same schedule.</param>
    public ArrivalSchedule(IReadOnlyList<LoadClass> classes, TimeSpan? duration, ulong seed)
    {
        this.classes = new WeightedChoice(classes.Select(c => c.RatePerSecond));
        statements = [.. classes.Select(c => new WeightedChoice(c.Statements.Select(s => s.Share)))];
        meanGapMicroseconds = 1e6 / classes.Sum(c => c.RatePerSecond);
        endMicroseconds = duration is { } limit ? (long)limit.TotalMicroseconds : long.MaxValue;
        random = new SeededRandom(seed);
    }

    /// <summary>The next arrival; false when there is none. For one caller at a time.</summary>
    public bool TryTake(out Arrival arrival)
    {
        clock += random.NextExponential() * meanGapMicroseconds;
        if (clock >= endMicroseconds)
        {
            // The end has been drawn: it stays the end.
            clock = endMicroseconds;
            arrival = default;
            return false;
        }

        var @class = classes.Draw(ref random);
        arrival = new Arrival((long)clock, @class, statements[@class].Draw(ref random), random.NextBits());
        return true;
    }
}
