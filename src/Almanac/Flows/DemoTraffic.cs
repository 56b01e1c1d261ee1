using Almanac.Model;
using Almanac.Samples;

namespace Almanac.Flows;

/// <summary>The rates of the guided run: each class often enough that a short window can judge it, low enough that the neglected state keeps up.</summary>
internal static class DemoTraffic
{
    /// <summary>Operations a second of the guided run, all classes.</summary>
    public const double PerSecond = 24;

    /// <summary>Operations a second on the copy that <c>demo --keep</c> leaves.</summary>
    public const double TricklePerSecond = 12;

    /// <summary>The four classes and the background, at <paramref name="perSecond"/> together.</summary>
    public static IReadOnlyList<LoadClass> Mix(WedSyncOperations operations, double perSecond)
    {
        (LoadClass Class, double Share)[] mix =
        [
            (operations.Search, 0.25), (operations.Booking, 0.17), (operations.Payment, 0.17), (operations.Guests, 0.33), (operations.Background, 0.08),
        ];
        return [.. mix.Select(m => m.Class with { RatePerSecond = m.Share * perSecond })];
    }

    /// <summary>What a class does, for the report.</summary>
    public static string Describe(string name) => name switch
    {
        "search" => "vendors of a category in a region, affordable, well rated, free on the day, best twenty",
        "booking" => "books a vendor, with the couple's other bookings checked and an event in the outbox",
        "payment" => "takes a payment exactly once, with what was paid before summed",
        "guests" => "reads a wedding's guest list, sometimes answers an invitation",
        _ => string.Empty,
    };
}
