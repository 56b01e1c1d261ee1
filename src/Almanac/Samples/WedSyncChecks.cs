using Almanac.Tools.Postgres;

namespace Almanac.Samples;

/// <summary>One promise of the marketplace and how often the data break it.</summary>
public sealed record WedSyncCheck(string Name, long Violations);

/// <summary>Counts what must never happen: double bookings, payments taken twice, sums that do not add up.</summary>
public static class WedSyncChecks
{
    private static readonly string[] Names = ["double-bookings", "double-payments", "paid-sums"];

    /// <summary>Runs every check of samples/wedsync/checks.</summary>
    public static async Task<IReadOnlyList<WedSyncCheck>> RunAsync(PrivateTarget target, CancellationToken cancellation)
    {
        await using var writer = await ScratchWriter.OpenAsync(target, "samples", cancellation);
        var checks = new List<WedSyncCheck>();
        foreach (var name in Names)
        {
            checks.Add(new WedSyncCheck(name, await writer.ScalarAsync<long>(SqlScript.LoadStatement($"checks/{name}.sql"), null, cancellation)));
        }

        return checks;
    }
}
