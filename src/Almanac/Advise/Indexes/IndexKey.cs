using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>One key part of an index: a column by its plain name, or an expression, with its direction.</summary>
public sealed record IndexKey(string Text, bool IsExpression, bool Descending, bool NullsFirst)
{
    /// <summary>Ascending, nulls last: the default.</summary>
    public static IndexKey Of(ConditionColumn column) => new(column.Text, column.IsExpression, false, false);

    /// <summary>The same column the other way round.</summary>
    public IndexKey Flipped => this with { Descending = !Descending, NullsFirst = !NullsFirst };

    /// <summary>Two keys are about the same column or expression, whatever the direction.</summary>
    public bool SameColumn(IndexKey other) => IsExpression == other.IsExpression && Text == other.Text;

    /// <summary>Reads a key as CREATE INDEX writes it.</summary>
    public static IndexKey Parse(string key)
    {
        var tokens = SqlLexer.Tokens(key.Trim()).ToList();
        var end = tokens.Count;
        bool? nullsFirst = null;
        var descending = false;
        if (WordFromEnd(tokens, ref end, "first"))
        {
            nullsFirst = true;
        }
        else if (WordFromEnd(tokens, ref end, "last"))
        {
            nullsFirst = false;
        }

        if (nullsFirst is not null)
        {
            WordFromEnd(tokens, ref end, "nulls");
        }

        if (WordFromEnd(tokens, ref end, "desc"))
        {
            descending = true;
        }

        var body = tokens[..end];
        var isColumn = body is [{ Kind: SqlTokenKind.Word or SqlTokenKind.QuotedIdentifier }];
        var text = isColumn
            ? body[0].Kind is SqlTokenKind.QuotedIdentifier ? body[0].Text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : body[0].Text
            : Unwrapped(string.Concat(body.Select(t => t.Text)).Trim());
        return new IndexKey(text, !isColumn, descending, nullsFirst ?? descending);
    }

    /// <summary>The key as CREATE INDEX takes it.</summary>
    public override string ToString()
    {
        var order = (Descending, NullsFirst) switch
        {
            (false, false) => string.Empty,
            (true, true) => " DESC",
            (true, false) => " DESC NULLS LAST",
            (false, true) => " NULLS FIRST",
        };
        return (IsExpression ? $"({Text})" : SqlText.Quote(Text)) + order;
    }

    private static bool WordFromEnd(List<SqlToken> tokens, ref int end, string word)
    {
        var at = end;
        while (at > 0 && tokens[at - 1].Kind is SqlTokenKind.Space)
        {
            at--;
        }

        if (at > 1 && tokens[at - 1].Kind is SqlTokenKind.Word && string.Equals(tokens[at - 1].Text, word, StringComparison.OrdinalIgnoreCase))
        {
            end = at - 1;
            while (end > 0 && tokens[end - 1].Kind is SqlTokenKind.Space)
            {
                end--;
            }

            return true;
        }

        return false;
    }

    // One pair of parentheses around the whole expression is notation, not part of it.
    private static string Unwrapped(string expression)
    {
        if (!expression.StartsWith('(') || !expression.EndsWith(')'))
        {
            return expression;
        }

        var depth = 0;
        for (var i = 0; i < expression.Length; i++)
        {
            depth += expression[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && i < expression.Length - 1)
            {
                return expression;
            }
        }

        return expression[1..^1];
    }
}
