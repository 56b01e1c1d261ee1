using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using static Almanac.Model.PlanExpression;

namespace Almanac.Model;

/// <summary>Reads off a VERBOSE JSON plan what it asks of each relation, and which column each parameter is compared with.</summary>
public sealed partial class PlanConditions
{
    private static readonly string[] ConditionKeys = ["Filter", "Index Cond", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter"];
    private static readonly string[] ListKeys = ["Sort Key", "Group Key", "Output"];
    private static readonly HashSet<string> StringTypes = new(StringComparer.Ordinal) { "text", "bpchar", "varchar", "character varying", "character" };

    // Nodes that hand rows on in the same order: a limit above reaches through them.
    private static readonly HashSet<string> KeepsOrder = new(StringComparer.Ordinal)
    {
        "Gather", "Gather Merge", "LockRows", "Result", "Subquery Scan", "Unique", "Limit", "Incremental Sort", "ProjectSet",
        "Append", "Merge Append",
    };

    private readonly Dictionary<string, Collected> relations = new(StringComparer.Ordinal);
    private readonly HashSet<string> aliases = new(StringComparer.Ordinal);
    private readonly HashSet<int> executorParameters = [];
    private readonly List<ParameterColumn> parameters = [];
    private readonly Dictionary<string, TableInfo> tables;
    private readonly ILookup<string, IndexInfo>? indexes;
    private readonly Catalog? catalog;

    private PlanConditions(Catalog? catalog)
    {
        this.catalog = catalog;
        tables = catalog?.Tables.ToDictionary(t => t.Schema + "." + t.Name, StringComparer.Ordinal) ?? [];
        indexes = catalog?.Indexes.ToLookup(i => i.Name, StringComparer.Ordinal);
    }

    /// <summary>One entry for each alias of a table.</summary>
    public IReadOnlyList<RelationConditions> Relations { get; private set; } = [];

    /// <summary>Parameters that are compared directly with a column.</summary>
    public IReadOnlyList<ParameterColumn> ParameterColumns { get; private set; } = [];

    /// <summary>The table that the statement writes, with the operation (<c>Insert</c>, <c>Update</c>, <c>Delete</c>); null for a pure read.</summary>
    public (string Schema, string Table, string Operation)? Writes { get; private set; }

    /// <summary>
    /// Reads a plan (the object under <c>"Plan"</c>). With a catalog, partitions count as their partitioned table,
    /// and an order that an existing index provides is seen too.
    /// </summary>
    public static PlanConditions Read(JsonElement plan, Catalog? catalog = null)
    {
        var result = new PlanConditions(catalog);
        result.Register(plan);
        result.Visit(plan, isRoot: true, limited: false);
        result.Relations = [.. result.relations.Values.Distinct().Select(c => c.ToConditions())];
        result.ParameterColumns = [.. result.parameters.Distinct().OrderBy(p => p.Number)];
        return result;
    }

    /// <summary>The table as candidates see it: the top of its partition tree.</summary>
    private (string Schema, string Name) Root(string schema, string name)
    {
        while (tables.TryGetValue(schema + "." + name, out var table) && table.ParentOid is { } parent
            && catalog!.Tables.FirstOrDefault(t => t.Oid == parent) is { } up)
        {
            (schema, name) = (up.Schema, up.Name);
        }

        return (schema, name);
    }

    private void Register(JsonElement node)
    {
        if (Text(node, "Alias") is { } alias)
        {
            aliases.Add(alias);
            if (Text(node, "Relation Name") is { } name)
            {
                var schema = Text(node, "Schema") ?? "public";
                var root = Root(schema, name);
                if (Text(node, "Node Type") == "ModifyTable")
                {
                    Writes ??= (root.Schema, root.Name, Text(node, "Operation") ?? string.Empty);
                }

                var partition = root != (schema, name) && Numbered().Match(alias) is { Success: true } numbered ? numbered.Groups[1].Value : null;
                var collected = (partition is not null ? relations.GetValueOrDefault(partition) : null) ?? relations.GetValueOrDefault(alias)
                    ?? new Collected(root.Schema, root.Name, partition ?? alias);
                relations[alias] = collected;

                // Nodes above an Append speak of the partitioned table by its own alias.
                if (partition is not null)
                {
                    aliases.Add(partition);
                    relations[partition] = collected;
                }
            }
        }

        if (Text(node, "Subplan Name") is { } subplan)
        {
            foreach (var number in Returned().Matches(subplan).Select(m => int.Parse(m.ValueSpan[1..], CultureInfo.InvariantCulture)))
            {
                executorParameters.Add(number);
            }
        }

        foreach (var child in Children(node))
        {
            Register(child);
        }
    }

    private void Visit(JsonElement node, bool isRoot, bool limited)
    {
        var type = Text(node, "Node Type") ?? string.Empty;
        foreach (var key in ConditionKeys)
        {
            if (Text(node, key) is { } condition)
            {
                var expression = Parse(condition);
                foreach (var conjunct in Conjuncts(expression.Items))
                {
                    Classify(expression, conjunct);
                }

                Need(expression.Items);
            }
        }

        var isScan = Text(node, "Alias") is not null;
        foreach (var key in ListKeys.Where(k => k != "Output" || isRoot || !isScan))
        {
            foreach (var text in Texts(node, key))
            {
                Need(Parse(text).Items);
            }
        }

        if (Texts(node, "Sort Key") is { Count: > 0 } sort)
        {
            AddSort(sort, limited);
        }

        if (Texts(node, "Group Key") is { Count: > 0 } group)
        {
            AddGroup(group);
        }
        else if (type == "Aggregate")
        {
            AddExtremes(Texts(node, "Output"));
        }

        AddProvidedOrder(node, limited);
        var below = type == "Limit" || (limited && KeepsOrder.Contains(type));
        foreach (var child in Children(node))
        {
            Visit(child, isRoot: false, below && Text(child, "Parent Relationship") is "Outer" or "Member" or null);
        }
    }

    private static IEnumerable<IReadOnlyList<Item>> Conjuncts(IReadOnlyList<Item> items)
    {
        items = Strip(items);
        if (items.Any(i => i.Is("OR")))
        {
            return [];
        }

        return items.Any(i => i.Is("AND")) ? Split(items, i => i.Is("AND")).SelectMany(Conjuncts) : [items];
    }

    private void Classify(PlanExpression expression, IReadOnlyList<Item> items)
    {
        if (items.Count == 0 || items[0].Is("CASE"))
        {
            return;
        }

        if (items[0].Is("NOT"))
        {
            Add(ToOperand(expression, items.Skip(1)), c => c.Boolean);
            return;
        }

        var isAt = items.ToList().FindIndex(i => i.Is("IS"));
        if (isAt > 0)
        {
            var column = ToOperand(expression, items.Take(isAt));
            var words = items.Skip(isAt + 1).Select(i => i.Text).ToList();
            Func<Collected, List<ConditionColumn>>? list = words switch
            {
                ["NULL"] => c => c.Null,
                ["NOT", "NULL"] => c => c.NotNull,
                ["TRUE"] or ["FALSE"] => c => c.Boolean,
                _ => null,
            };
            if (list is not null)
            {
                Add(column, list);
            }

            return;
        }

        var operatorAt = items.ToList().FindIndex(i => i.IsOperator);
        if (operatorAt < 0)
        {
            Add(ToOperand(expression, items), c => c.Boolean);
        }
        else if (operatorAt > 0)
        {
            Compare(expression, items, operatorAt);
        }
    }

    private void Compare(PlanExpression expression, IReadOnlyList<Item> items, int operatorAt)
    {
        var operation = items[operatorAt].Text;
        var right = items.Skip(operatorAt + 1).ToList();
        if (right.Count > 0 && right[0].Is("ALL"))
        {
            return;
        }

        var any = right.Count > 0 && right[0].Is("ANY");
        var leftSide = ToOperand(expression, FirstOfRow([.. items.Take(operatorAt)]));
        var rightSide = ToOperand(expression, any ? right.Skip(1) : FirstOfRow(right));
        if (leftSide.Kind is OperandKind.Constant && rightSide.Kind is not OperandKind.Constant)
        {
            (leftSide, rightSide, operation) = (rightSide, leftSide, Flip(operation));
        }

        var range = operation is "<" or ">" or "<=" or ">=";
        if (rightSide.Kind is OperandKind.Constant)
        {
            if (operation == "=" || range)
            {
                Add(leftSide, operation == "=" ? c => c.Equal : c => c.Range);
            }

            AddParameters(leftSide, operation, rightSide);
        }
        else if (leftSide.Alias is not null && rightSide.Alias is not null && leftSide.Alias != rightSide.Alias && !any)
        {
            if (operation == "=" || range)
            {
                Add(leftSide, operation == "=" ? c => c.Joined : c => c.Range);
                Add(rightSide, operation == "=" ? c => c.Joined : c => c.Range);
            }
        }
        else if (operation == "=" && rightSide.Kind is OperandKind.Other && leftSide.Kind is OperandKind.Column && rightSide.Aliases.Count > 0 && !rightSide.Aliases.Contains(leftSide.Alias!))
        {
            // Equal to an expression over other relations: a parameterised scan can use it.
            Add(leftSide, c => c.Joined);
        }
    }

    // A row comparison is decided by its first column, which is what an index range can use.
    private static IReadOnlyList<Item> FirstOfRow(IReadOnlyList<Item> items)
    {
        var inner = Strip(items);
        return inner is [{ } row, { Children: { } list }] && row.Is("ROW") ? Split(list, i => i.IsSymbol(",")).First() : items;
    }

    private static string Flip(string operation) => operation switch { "<" => ">", ">" => "<", "<=" => ">=", ">=" => "<=", _ => operation };

    private void Add(Operand operand, Func<Collected, List<ConditionColumn>> list)
    {
        if (operand.Column is { } column && operand.Alias is { } alias && relations.TryGetValue(alias, out var relation) && !list(relation).Contains(column))
        {
            list(relation).Add(column);
        }
    }

    private void AddParameters(Operand column, string operation, Operand constant)
    {
        if (column is { Kind: OperandKind.Column, Alias: { } alias, Column: { } name } && relations.TryGetValue(alias, out var relation))
        {
            parameters.AddRange(constant.Parameters.Where(p => !executorParameters.Contains(p))
                .Select(p => new ParameterColumn(p, relation.Schema, relation.Table, name.Text, operation)));
        }
    }

    private void AddSort(IReadOnlyList<string> keys, bool limited)
    {
        List<SortPart> parts = [];
        string? alias = null;
        foreach (var key in keys)
        {
            var (operand, descending, nullsFirst) = ToSortKey(key);
            if (operand.Column is null || operand.Alias is null || (alias is not null && alias != operand.Alias))
            {
                break;
            }

            alias = operand.Alias;
            parts.Add(new SortPart(operand.Column, descending, nullsFirst));
        }

        if (parts.Count > 0 && relations.TryGetValue(alias!, out var relation))
        {
            relation.Sorts.Add(new SortOrder(parts, limited && parts.Count == keys.Count));
        }
    }

    private (Operand Operand, bool Descending, bool NullsFirst) ToSortKey(string key)
    {
        var expression = Parse(key);
        var items = expression.Items.ToList();
        bool? nullsFirst = null;
        if (items is [.., { } nulls, { } place] && nulls.Is("NULLS"))
        {
            nullsFirst = place.Is("FIRST");
            items.RemoveRange(items.Count - 2, 2);
        }

        var descending = items.Count > 1 && items[^1].Is("DESC");
        if (descending || (items.Count > 1 && items[^1].Is("ASC")))
        {
            items.RemoveAt(items.Count - 1);
        }

        return (ToOperand(expression, items), descending, nullsFirst ?? descending);
    }

    private void AddGroup(IReadOnlyList<string> keys)
    {
        var operands = keys.Select(k => (Expression: Parse(k), k)).Select(k => ToOperand(k.Expression, k.Expression.Items)).ToList();
        if (operands.TrueForAll(o => o.Column is not null && o.Alias == operands[0].Alias) && relations.TryGetValue(operands[0].Alias!, out var relation))
        {
            relation.Groups.Add([.. operands.Select(o => o.Column!)]);
        }
    }

    // min() and max() over a whole table are the first row of an order.
    private void AddExtremes(IReadOnlyList<string> output)
    {
        foreach (var text in output)
        {
            var expression = Parse(text);
            if (expression.Items is [{ } function, { Children: { } argument }] && (function.Is("min") || function.Is("max"))
                && ToOperand(expression, argument) is { Kind: OperandKind.Column, Alias: { } alias, Column: { } column } && relations.TryGetValue(alias, out var relation))
            {
                relation.Sorts.Add(new SortOrder([new SortPart(column, false, false)], TopN: true));
            }
        }
    }

    // Where an index already provides the order of a LIMIT there is no Sort to read it from.
    private void AddProvidedOrder(JsonElement node, bool limited)
    {
        if (!limited || indexes is null || Text(node, "Index Name") is not { } name || Text(node, "Alias") is not { } alias
            || !relations.TryGetValue(alias, out var relation) || Text(node, "Filter") is null || indexes[name].FirstOrDefault() is not { } index)
        {
            return;
        }

        var backward = Text(node, "Scan Direction") == "Backward";
        List<SortPart> parts = [];
        foreach (var key in index.Keys)
        {
            var (operand, descending, nullsFirst) = ToSortKey($"{SqlText.Quote(alias)}.{key}");
            if (operand.Column is null)
            {
                return;
            }

            parts.Add(new SortPart(operand.Column, descending ^ backward, nullsFirst ^ backward));
        }

        relation.Sorts.Add(new SortOrder(parts, TopN: true));
    }

    private void Need(IReadOnlyList<Item> items)
    {
        var leaves = Leaves(items).ToList();
        for (var i = 0; i < leaves.Count; i++)
        {
            if (i + 2 < leaves.Count && leaves[i].IsIdentifier && leaves[i + 1].IsSymbol(".") && leaves[i + 2].IsIdentifier && relations.TryGetValue(leaves[i].Name, out var relation))
            {
                relation.Needed.Add(leaves[i + 2].Name);
                i += 2;
            }
            else if (leaves[i].IsIdentifier && leaves.Count == 1 && relations.Count == 1)
            {
                // With a single relation, Output has no prefix.
                relations.Values.First().Needed.Add(leaves[i].Name);
            }
        }
    }

    private Operand ToOperand(PlanExpression expression, IEnumerable<Item> source)
    {
        var whole = Strip([.. source]);
        var items = whole;
        var stringCast = false;
        var realCast = false;
        while (true)
        {
            var cast = items.ToList().FindLastIndex(i => i.IsSymbol("::"));
            if (cast <= 0)
            {
                break;
            }

            var type = string.Join(' ', items.Skip(cast + 1).TakeWhile(i => i.IsIdentifier).Select(i => i.Name));
            var isString = StringTypes.Contains(type) && !items.Skip(cast + 1).Any(i => i.Text == "[");
            stringCast |= isString;
            realCast |= !isString;
            items = Strip([.. items.Take(cast)]);
        }

        var leaves = Leaves(whole).ToList();
        var used = leaves.Zip(leaves.Skip(1)).Where(p => p.First.IsIdentifier && p.Second.IsSymbol(".") && aliases.Contains(p.First.Name)).Select(p => p.First.Name).ToHashSet(StringComparer.Ordinal);
        var numbers = leaves.Where(l => l.Kind is SqlTokenKind.Parameter).Select(l => int.TryParse(l.Text.AsSpan(1), CultureInfo.InvariantCulture, out var n) ? n : 0).ToList();
        if (leaves.Exists(l => l.Is("SubPlan")))
        {
            return new Operand(OperandKind.Other, used, []);
        }

        if (used.Count == 0)
        {
            return new Operand(OperandKind.Constant, used, DirectParameters(items));
        }

        if (items is [{ IsIdentifier: true } alias, { Text: "." }, { IsIdentifier: true } column] && !realCast)
        {
            return new Operand(OperandKind.Column, used, []) { Alias = alias.Name, Column = new ConditionColumn(column.Name, StringCast: stringCast) };
        }

        var indexable = used.Count == 1 && numbers.Count == 0 && !leaves.Exists(l => l.Is("COLLATE") || l.Is("CASE"))
            && !leaves.Exists(l => l.Is("now") || l.Text.StartsWith("CURRENT_", StringComparison.Ordinal)) && IsSimple(whole);
        return indexable
            ? new Operand(OperandKind.Expression, used, []) { Alias = used.First(), Column = new ConditionColumn(WithoutAlias(expression, whole), IsExpression: true) }
            : new Operand(OperandKind.Other, used, []) { Alias = used.Count == 1 ? used.First() : null };
    }

    // A function of columns, or a cast of one: what people index.
    private static bool IsSimple(IReadOnlyList<Item> items)
        => items is [{ Kind: SqlTokenKind.Word }, { Children: not null }] || (items.Any(i => i.IsSymbol("::")) && !items.Any(i => i.IsOperator));

    private static List<int> DirectParameters(IReadOnlyList<Item> items) => items switch
    {
        [{ Kind: SqlTokenKind.Parameter } p] => [int.Parse(p.Text.AsSpan(1), CultureInfo.InvariantCulture)],
        [{ } array, { Text: "[", Children: { } list }] when array.Is("ARRAY") =>
            [.. Split(list, i => i.IsSymbol(",")).Select(e => Strip([.. Strip(e).TakeWhile(i => !i.IsSymbol("::"))])).SelectMany(DirectParameters)],
        _ => [],
    };

    private static string WithoutAlias(PlanExpression expression, IReadOnlyList<Item> items)
    {
        var text = expression.Text[items[0].Start..items[^1].End];
        var tokens = SqlLexer.Tokens(text).ToList();
        for (var i = 0; i + 2 < tokens.Count; i++)
        {
            if (tokens[i].Kind is SqlTokenKind.Word or SqlTokenKind.QuotedIdentifier && tokens[i + 1].Text == "." && tokens[i + 2].Kind is SqlTokenKind.Word or SqlTokenKind.QuotedIdentifier)
            {
                tokens.RemoveRange(i, 2);
            }
        }

        return string.Concat(tokens.Select(t => t.Text));
    }

    private static IEnumerable<JsonElement> Children(JsonElement node) => node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray() : [];

    private static string? Text(JsonElement node, string key) => node.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement node, string key)
        => node.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String).Select(v => v.GetString()!)] : [];

    [GeneratedRegex(@"^(.+)_\d+$")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Returned();

    private enum OperandKind
    {
        Column,
        Expression,
        Constant,
        Other,
    }

    private sealed record Operand(OperandKind Kind, IReadOnlySet<string> Aliases, IReadOnlyList<int> Parameters)
    {
        public string? Alias { get; init; }
        public ConditionColumn? Column { get; init; }
    }

    private sealed class Collected(string schema, string table, string alias)
    {
        public string Schema => schema;
        public string Table => table;
        public List<ConditionColumn> Equal { get; } = [];
        public List<ConditionColumn> Joined { get; } = [];
        public List<ConditionColumn> Range { get; } = [];
        public List<ConditionColumn> Null { get; } = [];
        public List<ConditionColumn> NotNull { get; } = [];
        public List<ConditionColumn> Boolean { get; } = [];
        public List<SortOrder> Sorts { get; } = [];
        public List<IReadOnlyList<ConditionColumn>> Groups { get; } = [];
        public SortedSet<string> Needed { get; } = new(StringComparer.Ordinal);

        public RelationConditions ToConditions() => new()
        {
            Schema = schema,
            Table = table,
            Alias = alias,
            Equal = Equal,
            Joined = Joined,
            Range = Range,
            Null = Null,
            NotNull = NotNull,
            Boolean = Boolean,
            Sorts = Sorts,
            Groups = Groups,
            Needed = [.. Needed],
        };
    }
}
