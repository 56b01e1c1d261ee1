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

    // More than any distance within one condition.
    private const int Beyond = 100_000;
    private static readonly string[] General = ["integer", "numeric", "text", "interval", "timestamptz", "date"];
    private static readonly string[] Temporal = ["interval", "integer", "timestamptz", "numeric", "text"];
    private static readonly string[] Sums = ["numeric", "integer", "interval", "text"];
    private static readonly string[] Undetermined = ["text", "integer"];

    private static readonly HashSet<string> Boundaries = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "where", "select", "from", "set", "when", "then", "else", "on", "having", "group", "order", "limit", "values", "returning",
    };

    private readonly string[] types;
    private readonly List<string>[] tried;
    private (int Parameter, string Before, int Position)? last;

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
                .OrderBy(p => Math.Min(Distance(text, p.Start, position - 1), Distance(text, p.End, position - 1)))
                .Select(p => p.Number).Distinct();
        // A guess after which the same condition still fails, no later than before, was wrong: its turn goes to the neighbour.
        if (last is { } guess && position <= guess.Position && Distance(text, position - 1, guess.Position - 1) < Beyond)
        {
            types[guess.Parameter - 1] = guess.Before;
        }

        foreach (var parameter in order.Where(n => n >= 1 && n <= types.Length).Take(2).OrderBy(n => tried[n - 1].Count))
        {
            var next = Array.Find(options, o => !tried[parameter - 1].Contains(o));
            if (next is not null)
            {
                last = (parameter, types[parameter - 1], position);
                tried[parameter - 1].Add(next);
                types[parameter - 1] = next;
                return true;
            }
        }

        return false;
    }

    // A condition's own parameter, even far away, is nearer than that of the condition beside it.
    private static int Distance(string text, int from, int to)
    {
        var (start, end) = (Math.Clamp(Math.Min(from, to), 0, text.Length), Math.Clamp(Math.Max(from, to), 0, text.Length));
        return end - start + (Beyond * SqlLexer.Tokens(text[start..end]).Count(t => t.Text == "," || (t.Kind is SqlTokenKind.Word && Boundaries.Contains(t.Text))));
    }

    private static string[] Options(string message)
    {
        var wanted = Wanted().Match(message);
        if (wanted.Success)
        {
            return [.. wanted.Groups.Values.Skip(1).Where(g => g.Success && g.Value != "text").Select(g => g.Value), "text"];
        }

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

    // "COALESCE types text and date cannot be matched", "column x is of type integer but expression is of type text".
    [GeneratedRegex(@"types (.+) and (.+) cannot be matched|is of type (.+) but expression")]
    private static partial Regex Wanted();

    [GeneratedRegex(@"function (sum|avg|round|abs|ceil|floor|stddev|variance|trunc|mod)\(")]
    private static partial Regex NumericFunction();
}
