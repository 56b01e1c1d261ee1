namespace Almanac.Model;

/// <summary>Draws an index with a probability proportional to its weight.</summary>
public sealed class WeightedChoice
{
    private readonly double[] cumulative;

    /// <param name="weights">At least one, none negative, their sum positive.</param>
    public WeightedChoice(IEnumerable<double> weights)
    {
        var sum = 0.0;
        cumulative = [.. weights.Select(weight => weight >= 0 ? sum += weight : throw new ArgumentOutOfRangeException(nameof(weights), weight, "A weight is negative."))];
        if (!(sum > 0))
        {
            throw new ArgumentException("The weights' sum is not positive.", nameof(weights));
        }
    }

    /// <summary>How many there are to choose from.</summary>
    public int Count => cumulative.Length;

    /// <summary>
    /// Popularity by rank with exponent 3/4 (Zipf-like): the first of a thousand is drawn 178 times as often as the last.
    /// The exponent is made of square roots, which IEEE 754 defines to the last bit, so all machines draw the same.
    /// </summary>
    public static WeightedChoice ByRank(int count)
        => new(Enumerable.Range(1, count).Select(rank => 1.0 / (Math.Sqrt(rank) * Math.Sqrt(Math.Sqrt(rank)))));

    /// <summary>Draws an index.</summary>
    public int Draw(ref SeededRandom random)
    {
        var point = random.NextDouble() * cumulative[^1];
        var at = Array.BinarySearch(cumulative, point);
        at = at < 0 ? ~at : at;

        // A point on a boundary belongs to the next weight that is not zero.
        while (at < cumulative.Length - 1 && cumulative[at] <= point)
        {
            at++;
        }

        return at;
    }
}
