using Almanac.Model;
using Almanac.Observe;

namespace Almanac.Cli.Commands;

/// <summary>Gets the redacted texts of the statements of a snapshot.</summary>
internal static class ObserveTexts
{
    public static async Task<IReadOnlyDictionary<long, string>> OfAsync(SnapshotCollector collector, ServerSnapshot snapshot, CancellationToken cancellation)
    {
        var texts = collector.Known.Where(k => k.Value is not null).ToDictionary(k => k.Key, k => k.Value!);
        var unseen = (snapshot.Statements ?? []).Select(s => s.Key.QueryId).Distinct().Where(id => !collector.Known.ContainsKey(id)).ToList();
        if (unseen.Count > 0)
        {
            foreach (var (id, text) in await collector.TextsAsync(unseen, cancellation))
            {
                texts[id] = text;
            }
        }

        return texts;
    }
}
