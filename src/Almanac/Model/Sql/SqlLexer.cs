namespace Almanac.Model;

/// <summary>The lexical classes that rewriting and redaction tell apart.</summary>
public enum SqlTokenKind
{
    Space,
    Comment,

    /// <summary>A key word or bare identifier.</summary>
    Word,

    /// <summary>A double-quoted identifier.</summary>
    QuotedIdentifier,

    /// <summary>Any string constant: quoted, E'', U&amp;'', B'', X'' or dollar-quoted.</summary>
    String,
    Number,

    /// <summary><c>$n</c>.</summary>
    Parameter,
    Symbol,
}

/// <summary>One token: its class, its text exactly as written, and where it starts (0-based).</summary>
public readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Start);

/// <summary>Splits SQL into tokens after PostgreSQL's lexical rules; the texts add up to the input, whatever it is.</summary>
public static class SqlLexer
{
    /// <summary>The tokens in order. Never fails: an unterminated constant or comment runs to the end.</summary>
    public static IEnumerable<SqlToken> Tokens(string sql)
    {
        var at = 0;
        while (at < sql.Length)
        {
            var (kind, end) = Next(sql, at);
            yield return new SqlToken(kind, sql[at..end], at);
            at = end;
        }
    }

    private static (SqlTokenKind Kind, int End) Next(string sql, int at)
    {
        var c = sql[at];
        if (IsSpace(c))
        {
            return (SqlTokenKind.Space, While(sql, at, IsSpace));
        }

        if (c == '-' && Peek(sql, at + 1) == '-')
        {
            return (SqlTokenKind.Comment, LineEnd(sql, at));
        }

        if (c == '/' && Peek(sql, at + 1) == '*')
        {
            return (SqlTokenKind.Comment, BlockComment(sql, at));
        }

        if (c == '\'')
        {
            return (SqlTokenKind.String, Constant(sql, at, backslash: false));
        }

        if (c == '"')
        {
            return (SqlTokenKind.QuotedIdentifier, Quoted(sql, at, '"', backslash: false));
        }

        if (Prefixed(sql, at) is { } prefixed)
        {
            return prefixed;
        }

        if (c == '$')
        {
            return Dollar(sql, at);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(sql, at + 1))))
        {
            return (SqlTokenKind.Number, Number(sql, at));
        }

        if (char.IsLetter(c) || c == '_' || c > 127)
        {
            return (SqlTokenKind.Word, While(sql, at, x => char.IsLetterOrDigit(x) || x is '_' or '$' || x > 127));
        }

        return (SqlTokenKind.Symbol, at + 1);
    }

    private static (SqlTokenKind, int)? Prefixed(string sql, int at)
    {
        var c = char.ToLowerInvariant(sql[at]);
        if (c is ('e' or 'b' or 'x' or 'n') && Peek(sql, at + 1) == '\'')
        {
            return (SqlTokenKind.String, Constant(sql, at + 1, backslash: c == 'e'));
        }

        if (c == 'u' && Peek(sql, at + 1) == '&' && Peek(sql, at + 2) is ('\'' or '"'))
        {
            var quote = Peek(sql, at + 2);
            return quote == '"'
                ? (SqlTokenKind.QuotedIdentifier, Quoted(sql, at + 2, quote, backslash: false))
                : (SqlTokenKind.String, Constant(sql, at + 2, backslash: false));
        }

        return null;
    }

    private static (SqlTokenKind, int) Dollar(string sql, int at)
    {
        if (char.IsAsciiDigit(Peek(sql, at + 1)))
        {
            return (SqlTokenKind.Parameter, While(sql, at + 1, char.IsAsciiDigit));
        }

        var tagEnd = While(sql, at + 1, x => char.IsLetterOrDigit(x) || x == '_');
        if (Peek(sql, tagEnd) != '$')
        {
            return (SqlTokenKind.Symbol, at + 1);
        }

        var tag = sql[at..(tagEnd + 1)];
        var close = sql.IndexOf(tag, tagEnd + 1, StringComparison.Ordinal);
        return (SqlTokenKind.String, close < 0 ? sql.Length : close + tag.Length);
    }

    // A constant goes on after a line end: 'a' \n 'b' is one, and its kind of escapes holds to its end.
    private static int Constant(string sql, int open, bool backslash)
    {
        var end = Quoted(sql, open, '\'', backslash);
        while (NextPart(sql, end) is { } next)
        {
            end = Quoted(sql, next, '\'', backslash);
        }

        return end;
    }

    private static int? NextPart(string sql, int at)
    {
        var newLine = false;
        while (at < sql.Length)
        {
            if (IsSpace(sql[at]))
            {
                newLine |= sql[at] is '\n' or '\r';
                at++;
            }
            else if (sql[at] == '-' && Peek(sql, at + 1) == '-')
            {
                at = LineEnd(sql, at);
            }
            else
            {
                return newLine && sql[at] == '\'' ? at : null;
            }
        }

        return null;
    }

    private static int LineEnd(string sql, int at)
    {
        var end = sql.AsSpan(at).IndexOfAny('\n', '\r');
        return end < 0 ? sql.Length : at + end;
    }

    // The server's own list: a no-break space, say, is a letter to it.
    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v';

    private static int Quoted(string sql, int open, char quote, bool backslash)
    {
        for (var i = open + 1; i < sql.Length; i++)
        {
            if (backslash && sql[i] == '\\')
            {
                i++;
            }
            else if (sql[i] == quote)
            {
                if (Peek(sql, i + 1) != quote)
                {
                    return i + 1;
                }

                i++;
            }
        }

        return sql.Length;
    }

    private static int BlockComment(string sql, int at)
    {
        var depth = 0;
        for (var i = at; i < sql.Length; i++)
        {
            if (sql[i] == '/' && Peek(sql, i + 1) == '*')
            {
                depth++;
                i++;
            }
            else if (sql[i] == '*' && Peek(sql, i + 1) == '/')
            {
                depth--;
                i++;
                if (depth == 0)
                {
                    return i + 1;
                }
            }
        }

        return sql.Length;
    }

    private static int Number(string sql, int at)
    {
        var end = While(sql, at, x => char.IsAsciiDigit(x) || x == '.');
        if (Peek(sql, end) is 'e' or 'E')
        {
            var digits = Peek(sql, end + 1) is '+' or '-' ? end + 2 : end + 1;
            if (char.IsAsciiDigit(Peek(sql, digits)))
            {
                end = While(sql, digits, char.IsAsciiDigit);
            }
        }

        return end;
    }

    private static int While(string sql, int at, Func<char, bool> holds)
    {
        while (at < sql.Length && holds(sql[at]))
        {
            at++;
        }

        return at;
    }

    private static char Peek(string sql, int at) => at < sql.Length ? sql[at] : '\0';
}
