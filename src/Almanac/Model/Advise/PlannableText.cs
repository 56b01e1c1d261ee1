using System.Globalization;
using System.Text;

namespace Almanac.Model;

/// <summary>
/// Rewrites a text as pg_stat_statements normalises it into one that the server parses again:
/// <c>interval $1 day</c>, <c>date $2</c>, <c>extract($3 from x)</c> and <c>LIMIT $4</c> are no SQL, or plan badly.
/// </summary>
public static class PlannableText
{
    private static readonly HashSet<string> LiteralTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "date", "time", "timestamp", "timestamptz", "timetz", "interval", "numeric", "decimal", "float", "float4", "float8", "real",
        "int", "int2", "int4", "int8", "integer", "bigint", "smallint", "bool", "boolean", "text", "varchar", "bpchar", "name", "json",
        "jsonb", "jsonpath", "uuid", "inet", "cidr", "macaddr", "bytea", "money", "point", "box", "circle", "polygon", "bit", "xml",
        "tsquery", "tsvector", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "oid", "regclass",
    };

    private static readonly HashSet<string> IntervalUnits = new(StringComparer.OrdinalIgnoreCase) { "year", "month", "day", "hour", "minute", "second" };

    private static readonly HashSet<string> EndOfSortList = new(StringComparer.OrdinalIgnoreCase)
    {
        "having", "order", "limit", "offset", "fetch", "window", "union", "intersect", "except", "for",
    };

    // After one of these a value is expected, so a lone ? stands for a redacted constant and is no operator.
    private static readonly HashSet<string> BeforeValue = new(StringComparer.OrdinalIgnoreCase)
    {
        "select", "where", "and", "or", "not", "in", "like", "ilike", "between", "then", "else", "when", "case", "values", "set", "on",
        "returning", "limit", "offset", "by", "from", "for", "to", "escape", "zone", "distinct", "all", "any", "having", "date", "interval",
        "timestamp", "time",
    };

    /// <summary>The text with every rewrite that is always right. <paramref name="limit"/> (rows, at least 1) stands for each LIMIT parameter.</summary>
    public static string Rewrite(string text, long limit)
    {
        var tokens = Significant(text);
        NumberRedactedConstants(tokens);

        // Backwards: a rewrite shortens what lies before, never what is still to come.
        for (var i = tokens.Count - 1; i >= 0; i--)
        {
            if (!IsParameter(tokens, i))
            {
                continue;
            }

            if (IsWord(tokens, i - 1, "limit") || (IsWord(tokens, i - 2, "fetch") && (IsWord(tokens, i - 1, "first") || IsWord(tokens, i - 1, "next"))))
            {
                tokens[i] = limit.ToString(CultureInfo.InvariantCulture);
            }
            else if (IsWord(tokens, i - 1, "offset"))
            {
                tokens[i] = "0";
            }
            else if (IsWord(tokens, i - 2, "extract") && At(tokens, i - 1) == "(" && IsWord(tokens, i + 1, "from"))
            {
                tokens[i] = ExtractField(tokens, i);
            }
            else
            {
                RewriteTypedLiteral(tokens, i);
            }
        }

        return Join(tokens);
    }

    /// <summary>
    /// Gives an expression under GROUP BY or ORDER BY the constants of its twin in the select list, which normalising replaced by others;
    /// null when there is no such pair.
    /// </summary>
    public static string? UnifyTwins(string text)
    {
        var tokens = Significant(text);
        var changed = false;
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if ((IsWord(tokens, i, "group") || IsWord(tokens, i, "order")) && IsWord(tokens, i + 1, "by"))
            {
                changed |= UnifyItems(tokens, i + 2, i);
            }
        }

        return changed ? Join(tokens) : null;
    }

    /// <summary>
    /// A SELECT that reads what a single-table UPDATE or DELETE would look for, for a role that may read but not write; null for other shapes.
    /// </summary>
    public static string? AsSelect(string text)
    {
        var tokens = Significant(text);
        var delete = IsWord(tokens, 0, "delete") && IsWord(tokens, 1, "from");
        if (!delete && !IsWord(tokens, 0, "update"))
        {
            return null;
        }

        var start = delete ? 2 : 1;
        var head = Find(tokens, start, delete ? ["using", "where", "returning"] : ["set"]);
        var where = Find(tokens, start, ["where"]);
        var more = Find(tokens, delete ? start : head, [delete ? "using" : "from"]);
        var end = Find(tokens, start, ["returning"]);
        if ((!delete && head == tokens.Count) || IsWord(tokens, where + 1, "current"))
        {
            return null;
        }

        var relations = tokens[start..head];
        if (more < where)
        {
            relations = [.. relations, ",", .. tokens[(more + 1)..Math.Min(where, end)]];
        }

        return Join(["SELECT", "1", "FROM", .. relations, .. where < end ? tokens[where..end] : []]);
    }

    /// <summary>The highest parameter number in the text.</summary>
    public static int HighestParameter(string text) => Parameters(text).Select(p => p.Number).DefaultIfEmpty(0).Max();

    /// <summary>Every <c>$n</c> with its place in the text.</summary>
    internal static IEnumerable<(int Number, int Start, int End)> Parameters(string text)
        => SqlLexer.Tokens(text).Where(t => t.Kind is SqlTokenKind.Parameter)
            .Select(t => (int.TryParse(t.Text.AsSpan(1), CultureInfo.InvariantCulture, out var n) ? n : 0, t.Start, t.Start + t.Text.Length));

    private static List<string> Significant(string text)
    {
        List<string> tokens = [];
        foreach (var token in SqlLexer.Tokens(text).Where(t => t.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment)))
        {
            if (token.Kind is SqlTokenKind.Symbol && tokens.Count > 0 && BelongsTogether(text, token, tokens[^1]))
            {
                tokens[^1] += token.Text;
            }
            else
            {
                tokens.Add(token.Text);
            }
        }

        return tokens;
    }

    // Operators of several characters stay together: a space inside would break them. A redacted constant (?) stays alone.
    private static bool BelongsTogether(string text, SqlToken token, string before)
        => IsOperator(token.Text) && IsOperator(before) && token.Start > 0 && text[token.Start - 1] == before[^1]
            && (token.Text != "?" || before == "@")
            && (before != "?" || (token.Text is "|" or "&" && !text.AsSpan(token.Start).StartsWith("||", StringComparison.Ordinal)));

    private static bool IsOperator(string token) => token.All(c => "+-*/<>=~!@#%^&|`?:".Contains(c, StringComparison.Ordinal));

    private static string Join(List<string> tokens)
    {
        var result = new StringBuilder();
        foreach (var token in tokens)
        {
            var tight = result.Length == 0 || token is "." or "," or ")" or "::" or "[" or "]" || result[^1] is '.' or '(' or '[' || result is [.., ':', ':'];
            result.Append(tight ? string.Empty : " ").Append(token);
        }

        return result.ToString();
    }

    private static void NumberRedactedConstants(List<string> tokens)
    {
        var next = tokens.Where(t => t.Length > 1 && t[0] == '$' && char.IsAsciiDigit(t[1]))
            .Select(t => int.TryParse(t.AsSpan(1), CultureInfo.InvariantCulture, out var n) ? n : 0).DefaultIfEmpty(0).Max() + 1;
        for (var i = 0; i < tokens.Count; i++)
        {
            var before = At(tokens, i - 1);
            if (tokens[i] == "?" && (before.Length == 0 || before is "(" or "," or "[" || IsOperator(before) || BeforeValue.Contains(before) || LiteralTypes.Contains(before)))
            {
                tokens[i] = "$" + next.ToString(CultureInfo.InvariantCulture);
                next++;
            }
        }
    }

    private static void RewriteTypedLiteral(List<string> tokens, int parameter)
    {
        var type = parameter - 1;
        var precision = string.Empty;
        if (At(tokens, type) == ")" && At(tokens, type - 2) == "(" && At(tokens, type - 1).All(char.IsAsciiDigit))
        {
            precision = $"({At(tokens, type - 1)})";
            type -= 3;
        }

        if (IsWord(tokens, type, "zone") && IsWord(tokens, type - 1, "time") && (IsWord(tokens, type - 2, "with") || IsWord(tokens, type - 2, "without"))
            && (IsWord(tokens, type - 3, "timestamp") || IsWord(tokens, type - 3, "time")))
        {
            Replace(tokens, type - 3, parameter, $"{At(tokens, type - 3)}{precision} {At(tokens, type - 2)} time zone");
        }
        else if (IsWord(tokens, type, "precision") && IsWord(tokens, type - 1, "double"))
        {
            Replace(tokens, type - 1, parameter, "double precision");
        }
        else if (IsWord(tokens, type, "varying") && IsWord(tokens, type - 1, "character"))
        {
            Replace(tokens, type - 1, parameter, "character varying" + precision);
        }
        else if (IsWord(tokens, type, "interval"))
        {
            RewriteInterval(tokens, type, parameter);
        }
        else if (LiteralTypes.Contains(At(tokens, type)) && At(tokens, type - 1) != ".")
        {
            Replace(tokens, type, parameter, At(tokens, type) + precision);
        }
    }

    private static void RewriteInterval(List<string> tokens, int type, int parameter)
    {
        var unit = At(tokens, parameter + 1);
        if (!IntervalUnits.Contains(unit))
        {
            Replace(tokens, type, parameter, "interval");
        }
        else if (IsWord(tokens, parameter + 2, "to"))
        {
            tokens.RemoveRange(parameter + 1, 3);
            Replace(tokens, type, parameter, "interval");
        }
        else
        {
            var value = tokens[parameter];
            tokens.RemoveRange(parameter + 1, 1);
            Overwrite(tokens, type, parameter, $"({value} * interval '1 {unit}')");
        }
    }

    private static void Replace(List<string> tokens, int first, int parameter, string type) => Overwrite(tokens, first, parameter, $"({tokens[parameter]}::{type})");

    private static void Overwrite(List<string> tokens, int first, int last, string text)
    {
        tokens.RemoveRange(first, last - first + 1);
        tokens.InsertRange(first, Significant(text));
    }

    private static string ExtractField(List<string> tokens, int parameter)
    {
        // The twin of this expression under GROUP BY keeps its field name; any field plans the same.
        for (var i = 0; i + 3 < tokens.Count; i++)
        {
            if (i + 2 != parameter && IsWord(tokens, i, "extract") && tokens[i + 1] == "(" && char.IsLetter(tokens[i + 2][0]) && IsWord(tokens, i + 3, "from"))
            {
                return tokens[i + 2];
            }
        }

        return "year";
    }

    private static bool UnifyItems(List<string> tokens, int start, int before)
    {
        var changed = false;
        var depth = 0;
        var item = start;
        for (var i = start; i <= tokens.Count; i++)
        {
            var token = At(tokens, i);
            var ends = i == tokens.Count || (depth == 0 && (token is "," or ")" or ";" || EndOfSortList.Contains(token)));
            if (!ends)
            {
                depth += token switch { "(" or "[" => 1, ")" or "]" => -1, _ => 0 };
                continue;
            }

            changed |= UnifyItem(tokens, item, i, before);
            item = i + 1;
            if (token != ",")
            {
                break;
            }
        }

        return changed;
    }

    private static bool UnifyItem(List<string> tokens, int start, int end, int before)
    {
        while (end > start && (IsWord(tokens, end - 1, "asc") || IsWord(tokens, end - 1, "desc")))
        {
            end--;
        }

        var length = end - start;
        var constants = Enumerable.Range(start, Math.Max(0, length)).Where(i => IsConstant(tokens[i])).ToList();
        if (length < 2 || constants.Count == 0)
        {
            return false;
        }

        for (var at = 0; at + length <= before; at++)
        {
            var matches = true;
            for (var k = 0; k < length && matches; k++)
            {
                var (twin, own) = (tokens[at + k], tokens[start + k]);
                matches = IsConstant(own) ? IsConstant(twin) : string.Equals(twin, own, StringComparison.OrdinalIgnoreCase);
            }

            if (matches && constants.Exists(i => tokens[i] != tokens[at + i - start]))
            {
                constants.ForEach(i => tokens[i] = tokens[at + i - start]);
                return true;
            }
        }

        return false;
    }

    private static bool IsConstant(string token)
        => token == "?" || char.IsAsciiDigit(token[0]) || token[0] == '\'' || (token.Length > 1 && token[0] == '$' && char.IsAsciiDigit(token[1]));

    private static int Find(List<string> tokens, int start, string[] words)
    {
        var depth = 0;
        for (var i = start; i < tokens.Count; i++)
        {
            depth += tokens[i] switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0 && words.Contains(tokens[i], StringComparer.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return tokens.Count;
    }

    private static bool IsParameter(List<string> tokens, int i) => At(tokens, i) is ['$', >= '0' and <= '9', ..];

    private static bool IsWord(List<string> tokens, int i, string word) => string.Equals(At(tokens, i), word, StringComparison.OrdinalIgnoreCase);

    private static string At(List<string> tokens, int i) => i >= 0 && i < tokens.Count ? tokens[i] : string.Empty;
}
