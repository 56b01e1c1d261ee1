using System.Text;

namespace Almanac.Model;

/// <summary>Small, lexically exact operations on SQL text: quoting, kinds, redaction.</summary>
public static class SqlText
{
    // The key words that the server's own quote_ident quotes: categories R, T and C of PostgreSQL 15's kwlist.
    // ORDER BY 12, varchar(4000), numeric(12,2): what is no longer than this says nothing about anybody.
    private const int LongestStructuralNumber = 4;

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
        "between", "bigint", "bit", "boolean", "char", "character", "coalesce", "dec", "decimal", "exists", "extract", "float", "greatest",
        "grouping", "inout", "int", "integer", "interval", "least", "national", "nchar", "none", "normalize", "nullif", "numeric", "out",
        "overlay", "position", "precision", "real", "row", "setof", "smallint", "substring", "time", "timestamp", "treat", "trim",
        "values", "varchar", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi",
        "xmlroot", "xmlserialize", "xmltable",
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
    /// The text as it may be stored. A utility statement keeps its command tag only; in the others every literal that the
    /// server left in becomes <c>?</c>: all strings, and numbers longer than an ordinal or a type's length (the server stores
    /// a text as it was sent when the entry was evicted while it ran). Comments are dropped; a card number goes wherever it is.
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
                case SqlTokenKind.Number when token.Text.Length > LongestStructuralNumber || token.Text.Contains('.', StringComparison.Ordinal):
                case not SqlTokenKind.Space when HoldsCardNumber(token.Text):
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

    // Digits in one run, or in groups with single spaces, dashes or underscores between them, as cards are printed.
    private static bool HoldsCardNumber(string text)
    {
        Span<char> run = stackalloc char[20];
        var length = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\0';
            if (char.IsAsciiDigit(c))
            {
                // Longer than any card: no card, but the run goes on.
                run[Math.Min(length, run.Length - 1)] = c;
                length++;
            }
            else if (!(c is ' ' or '-' or '_' && length > 0 && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                if (length <= run.Length && StartsLikeCard(run) && LooksLikeCardNumber(run[..length]))
                {
                    return true;
                }

                length = 0;
            }
        }

        return false;
    }

    // Issuers' numbers begin with 3 to 6, or 22 to 27: a date in a partition's name does not.
    private static bool StartsLikeCard(ReadOnlySpan<char> digits)
        => digits[0] is >= '3' and <= '6' || (digits[0] == '2' && digits[1] is >= '2' and <= '7');

    // The main verb of WITH is the first one outside of parentheses.
    private static StatementKind KindOfWith(string text)
    {
        var depth = 0;
        var writes = StatementKind.Select;
        var previous = string.Empty;
        foreach (var token in SqlLexer.Tokens(text).Where(t => t.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment)))
        {
            // FOR UPDATE and FOR NO KEY UPDATE lock rows, ON CONFLICT DO UPDATE belongs to its INSERT: no verbs of their own.
            var lockOrConflict = token.Kind is SqlTokenKind.Word && previous is ("for" or "key" or "do");
            previous = token.Text.ToLowerInvariant();
            if (lockOrConflict)
            {
                continue;
            }

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
                var kind = previous switch
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
