namespace Almanac.Config;

/// <summary>Finds the known word that a mistyped one probably meant.</summary>
public static class Nearest
{
    /// <summary>The closest word by edit distance (transpositions count once), or null when none is close. Case does not count.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        var limit = Math.Max(1, (Math.Max(word.Length, 3) / 3) + 1);
        return known
            .Select(candidate => (candidate, distance: Distance(Plain(word), Plain(candidate))))
            .Where(x => x.distance <= limit && x.distance < x.candidate.Length)
            .OrderBy(x => x.distance)
            .ThenBy(x => x.candidate, StringComparer.Ordinal)
            .Select(x => x.candidate)
            .FirstOrDefault();
    }

    /// <summary><c>; did you mean 'guard'?</c>, or the whole list when it is short and nothing is close.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var words = known.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return To(word, words) is { } nearest ? $"; did you mean '{nearest}'?"
            : words.Count is > 0 and <= 12 ? $"; known here: {string.Join(", ", words)}"
            : string.Empty;
    }

    // Underscores and hyphens are spelling, not meaning: verify_seconds is verifySeconds.
    private static string Plain(string word)
        => string.Concat(word.Where(c => c is not ('_' or '-' or ' '))).ToLowerInvariant();

    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
