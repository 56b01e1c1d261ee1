using System.Text;

namespace Almanac.Model;

/// <summary>Small, lexically exact operations on SQL text: quoting, kinds, redaction.</summary>
public static class SqlText
{
    // Reserved key words (categories R and T of PostgreSQL 15's kwlist) that cannot be bare column or table names.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "binary", "both", "case", "cast",
        "check", "collate", "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog", "current_date",
        "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct",
        "do", "else", "end", "except", "false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group", "having", "ilike",
        "in", "initially", "inner", "intersect", "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit",
        "localtime", "localtimestamp", "natural", "not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps",
        "placing", "primary", "references", "returning", "right", "select", "session_user", "similar", "some", "symmetric", "table",
        "tablesample", "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "verbose", "when", "where",
        "window", "with",
    };

    /// <summary>The identifier as it must be written: bare when lower-case and not reserved, double-quoted otherwise.</summary>
    public static string Quote(string identifier)
    {
        var bare = identifier.Length > 0
            && (identifier[0] is (>= 'a' and <= 'z') or '_')
            && identifier.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '$')
            && !Reserved.Contains(identifier);
        return bare ? identifier : "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    /// <summary>The text as a string literal.</summary>
    public static string Literal(string value)
    {
        var quoted = "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
        return value.Contains('\\', StringComparison.Ordinal) ? "E" + quoted.Replace("\\", "\\\\", StringComparison.Ordinal) : quoted;
    }

    /// <summary>What kind of work the statement does.</summary>
    public static StatementKind KindOf(string text)
    {
        foreach (var token in SqlLexer.Tokens(text).Where(t => t.Kind is SqlTokenKind.Word))
        {
            switch (token.Text.ToLowerInvariant())
            {
                case "with" or "recursive":
                    return KindOfWith(text);
                case "select" or "values" or "table":
                    return StatementKind.Select;
                case "insert":
                    return StatementKind.Insert;
                case "update":
                    return StatementKind.Update;
                case "delete":
                    return StatementKind.Delete;
                case "merge":
                    return StatementKind.Merge;
                default:
                    return StatementKind.Utility;
            }
        }

        return StatementKind.Utility;
    }

    /// <summary>
    /// The text as it may be stored. A utility statement keeps its command tag only; in the others every literal
    /// that the server left in (DDL-like constants, very long texts) becomes <c>?</c> and comments are dropped.
    /// </summary>
    public static string Redact(string text)
    {
        if (KindOf(text) is StatementKind.Utility)
        {
            return CommandTag(text);
        }

        var result = new StringBuilder(text.Length);
        foreach (var token in SqlLexer.Tokens(text))
        {
            switch (token.Kind)
            {
                case SqlTokenKind.Comment:
                    result.Append(' ');
                    break;
                case SqlTokenKind.String:
                    result.Append('?');
                    break;
                case SqlTokenKind.Number when LooksLikeCardNumber(token.Text):
                    result.Append('?');
                    break;
                default:
                    result.Append(token.Text);
                    break;
            }
        }

        return result.ToString().Trim();
    }

    /// <summary>The first one or two key words, upper case: <c>ALTER ROLE</c>, <c>VACUUM</c>, <c>SET</c>.</summary>
    public static string CommandTag(string text)
    {
        var words = SqlLexer.Tokens(text).Where(t => t.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment))
            .TakeWhile(t => t.Kind is SqlTokenKind.Word).Take(2).Select(t => t.Text.ToUpperInvariant()).ToList();
        if (words.Count == 0)
        {
            return "UTILITY";
        }

        var two = words.Count == 2 && words[0] is ("ALTER" or "CREATE" or "DROP" or "COMMENT" or "REFRESH" or "START");
        return two ? $"{words[0]} {words[1]}" : words[0];
    }

    /// <summary>13 to 19 digits that satisfy the Luhn checksum (ISO/IEC 7812-1, annex B).</summary>
    public static bool LooksLikeCardNumber(ReadOnlySpan<char> digits)
    {
        if (digits.Length is < 13 or > 19)
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var c = digits[digits.Length - 1 - i];
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            var digit = c - '0';
            if (i % 2 == 1)
            {
                digit = digit * 2 > 9 ? (digit * 2) - 9 : digit * 2;
            }

            sum += digit;
        }

        return sum % 10 == 0;
    }

    // The main verb of WITH is the first one outside of parentheses.
    private static StatementKind KindOfWith(string text)
    {
        var depth = 0;
        var writes = StatementKind.Select;
        foreach (var token in SqlLexer.Tokens(text))
        {
            if (token.Text == "(")
            {
                depth++;
            }
            else if (token.Text == ")")
            {
                depth--;
            }
            else if (token.Kind is SqlTokenKind.Word)
            {
                var kind = token.Text.ToLowerInvariant() switch
                {
                    "insert" => StatementKind.Insert,
                    "update" => StatementKind.Update,
                    "delete" => StatementKind.Delete,
                    "merge" => StatementKind.Merge,
                    "select" => StatementKind.Select,
                    _ => StatementKind.Utility,
                };

                // A data-modifying CTE makes the whole statement a write, whatever its outer verb.
                if (kind is not (StatementKind.Utility or StatementKind.Select) && writes is StatementKind.Select)
                {
                    writes = kind;
                }

                if (depth == 0 && kind is not StatementKind.Utility)
                {
                    return kind is StatementKind.Select ? writes : kind;
                }
            }
        }

        return writes;
    }
}
