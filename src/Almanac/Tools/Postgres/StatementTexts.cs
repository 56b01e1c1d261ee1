using Almanac.Model;

namespace Almanac.Tools.Postgres;

/// <summary>The redacted texts by queryid that a session has seen, and which statements are Almanac's own (null).</summary>
internal sealed class StatementTexts
{
    // Applications that never repeat a statement make new queryids without end.
    private const int Limit = 20_000;

    private readonly Dictionary<long, string?> known = [];

    public IReadOnlyDictionary<long, string?> All => known;

    public void Add(IEnumerable<KeyValuePair<long, string?>> texts)
    {
        foreach (var (queryId, text) in texts)
        {
            known[queryId] = text;
        }
    }

    /// <summary>A text as the server keeps it.</summary>
    public void AddRaw(long queryId, string text)
    {
        // Several users may share a queryid: a statement that any of them sent unmarked is not Almanac's own.
        if (!OwnStatement.Is(text))
        {
            known[queryId] = SqlText.Redact(text);
        }
        else
        {
            known.TryAdd(queryId, null);
        }
    }

    public bool IsForeign(long queryId) => known.TryGetValue(queryId, out var text) && text is not null;

    public HashSet<long> Unknown(IReadOnlyList<StatementCounters> statements)
    {
        var unknown = new HashSet<long>();
        foreach (var statement in statements)
        {
            if (!known.ContainsKey(statement.Key.QueryId))
            {
                unknown.Add(statement.Key.QueryId);
            }
        }

        return unknown;
    }

    public IReadOnlyDictionary<long, string> Of(IEnumerable<long> queryIds)
    {
        var found = new Dictionary<long, string>();
        foreach (var queryId in queryIds)
        {
            if (known.TryGetValue(queryId, out var text) && text is not null)
            {
                found[queryId] = text;
            }
        }

        return found;
    }

    /// <summary>Drops the texts of statements that the server no longer lists, once there are many.</summary>
    public void Forget(IReadOnlyList<StatementCounters> listed)
    {
        if (known.Count > Limit + listed.Count)
        {
            var kept = listed.Select(s => s.Key.QueryId).ToHashSet();
            foreach (var queryId in known.Keys.Where(id => !kept.Contains(id)).ToList())
            {
                known.Remove(queryId);
            }
        }
    }
}
