namespace Almanac.Model;

/// <summary>An expression as EXPLAIN prints it, as a tree of parentheses: everything that is nested is explicitly nested there.</summary>
internal sealed class PlanExpression
{
    private PlanExpression(string text, IReadOnlyList<Item> items)
    {
        Text = text;
        Items = items;
    }

    /// <summary>The whole text that the positions of the items refer to.</summary>
    public string Text { get; }

    /// <summary>The top level.</summary>
    public IReadOnlyList<Item> Items { get; }

    /// <summary>One token, or a parenthesised list.</summary>
    public sealed record Item(SqlTokenKind Kind, string Text, int Start, int End, IReadOnlyList<Item>? Children)
    {
        /// <summary>True for a bare key word, whatever its case.</summary>
        public bool Is(string word) => Kind is SqlTokenKind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);

        /// <summary>True for this symbol or operator.</summary>
        public bool IsSymbol(string symbol) => Kind is SqlTokenKind.Symbol && Children is null && Text == symbol;

        /// <summary>True for a comparison or other operator.</summary>
        public bool IsOperator => Kind is SqlTokenKind.Symbol && Children is null && Text is not ("::" or "." or "," or ":") && Text.All(c => "+-*/<>=~!@#%^&|`?".Contains(c, StringComparison.Ordinal));

        /// <summary>True for an identifier, quoted or not.</summary>
        public bool IsIdentifier => Children is null && Kind is SqlTokenKind.Word or SqlTokenKind.QuotedIdentifier;

        /// <summary>The identifier without its quotes.</summary>
        public string Name => Kind is SqlTokenKind.QuotedIdentifier ? Text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : Text;
    }

    /// <summary>Parses leniently: a missing parenthesis ends with the text.</summary>
    public static PlanExpression Parse(string text)
    {
        var tokens = Glue(text).ToList();
        var at = 0;
        return new PlanExpression(text, List(tokens, ref at));
    }

    /// <summary>The list without parentheses around all of it.</summary>
    public static IReadOnlyList<Item> Strip(IReadOnlyList<Item> items)
    {
        while (items is [{ Text: "(", Children: { } inner }])
        {
            items = inner;
        }

        return items;
    }

    /// <summary>The list cut at each item that matches.</summary>
    public static IEnumerable<IReadOnlyList<Item>> Split(IReadOnlyList<Item> items, Func<Item, bool> separator)
    {
        var start = 0;
        for (var i = 0; i <= items.Count; i++)
        {
            if (i == items.Count || separator(items[i]))
            {
                yield return [.. items.Skip(start).Take(i - start)];
                start = i + 1;
            }
        }
    }

    /// <summary>Every token below, parentheses dissolved.</summary>
    public static IEnumerable<Item> Leaves(IEnumerable<Item> items) => items.SelectMany(i => i.Children is null ? [i] : Leaves(i.Children));

    private static IReadOnlyList<Item> List(List<SqlToken> tokens, ref int at)
    {
        List<Item> items = [];
        while (at < tokens.Count && tokens[at].Text is not (")" or "]"))
        {
            var token = tokens[at++];
            if (token.Kind is SqlTokenKind.Symbol && token.Text is "(" or "[")
            {
                var children = List(tokens, ref at);
                var end = at < tokens.Count ? tokens[at].Start + 1 : children.Count > 0 ? children[^1].End : token.Start + 1;
                at++;
                items.Add(new Item(SqlTokenKind.Symbol, token.Text, token.Start, end, children));
            }
            else
            {
                items.Add(new Item(token.Kind, token.Text, token.Start, token.Start + token.Text.Length, null));
            }
        }

        return items;
    }

    private static IEnumerable<SqlToken> Glue(string text)
    {
        SqlToken? held = null;
        foreach (var token in SqlLexer.Tokens(text))
        {
            var symbol = token.Kind is SqlTokenKind.Symbol && token.Text is not ("(" or ")" or "[" or "]" or "," or ".");
            if (symbol && held is { } before)
            {
                held = before with { Text = before.Text + token.Text };
                continue;
            }

            if (held is { } whole)
            {
                yield return whole;
                held = null;
            }

            if (symbol)
            {
                held = token;
            }
            else if (token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment))
            {
                yield return token;
            }
        }

        if (held is { } last)
        {
            yield return last;
        }
    }
}
