using System.Globalization;
using System.Text.RegularExpressions;

namespace Almanac.Model;

/// <summary>
/// Decides which types to declare for the parameters of a text, steered by the server's errors: the parameter that the error names,
/// or the one nearest to its position, takes the next type that fits the message.
/// </summary>
public sealed partial class ParameterTyping
{
    /// <summary>How often a text may be tried: most need none or one.</summary>
    public const int MaximumAttempts = 8;

    private const string Unknown = "unknown";
    private static readonly string[] General = ["integer", "numeric", "text", "interval", "timestamptz", "date"];
    private static readonly string[] Temporal = ["interval", "integer", "timestamptz", "numeric", "text"];
    private static readonly string[] Sums = ["numeric", "integer", "interval", "text"];
    private static readonly string[] Undetermined = ["text", "integer"];

    private readonly string[] types;
    private readonly List<string>[] tried;

    /// <summary>Starts with every type left to the server, except for numbers that the text no longer mentions.</summary>
    public ParameterTyping(string text)
    {
        var used = PlannableText.Parameters(text).Select(p => p.Number).ToHashSet();
        var count = used.Count == 0 ? 0 : used.Max();
        types = [.. Enumerable.Range(1, count).Select(n => used.Contains(n) ? Unknown : "text")];
        tried = [.. types.Select(_ => new List<string>())];
    }

    /// <summary>The types to declare, in order.</summary>
    public IReadOnlyList<string> Types => types;

    /// <summary>Takes the next guess after an error at <paramref name="position"/> (1-based in <paramref name="text"/>, 0 when unknown); false when none is left.</summary>
    public bool TryNext(string text, string message, int position)
    {
        var options = Options(message);
        var named = NamedParameter().Match(message);
        IEnumerable<int> order = named.Success && int.TryParse(named.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var number)
            ? [number]
            : PlannableText.Parameters(text)
                .OrderBy(p => Math.Min(Math.Abs(p.Start + 1 - position), Math.Abs(p.End + 1 - position)))
                .Select(p => p.Number).Distinct();
        foreach (var parameter in order.Where(n => n >= 1 && n <= types.Length).Take(2))
        {
            var next = Array.Find(options, o => !tried[parameter - 1].Contains(o));
            if (next is not null)
            {
                tried[parameter - 1].Add(next);
                types[parameter - 1] = next;
                return true;
            }
        }

        return false;
    }

    private static string[] Options(string message)
    {
        if (message.Contains("could not determine data type", StringComparison.Ordinal))
        {
            return Undetermined;
        }

        if (NumericFunction().IsMatch(message))
        {
            return Sums;
        }

        return message.Contains("interval", StringComparison.Ordinal) || message.Contains("timestamp", StringComparison.Ordinal) ? Temporal : General;
    }

    [GeneratedRegex(@"parameter \$(\d+)")]
    private static partial Regex NamedParameter();

    [GeneratedRegex(@"function (sum|avg|round|abs|ceil|floor|stddev|variance|trunc|mod)\(")]
    private static partial Regex NumericFunction();
}
