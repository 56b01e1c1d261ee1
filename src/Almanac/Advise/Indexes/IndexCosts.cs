using Almanac.Model;
using NodaTime;

namespace Almanac.Advise.Indexes;

/// <summary>Predicts what an index costs: time to build it, and time on every write.</summary>
/// <remarks>
/// Own measurements on PostgreSQL 15 and two slow cores: an insert into a cached b-tree takes 2 to 4 us; a build sorts about a million rows a second.
/// The constants are the upper ends, since a window that is too short costs more than one that is too long.
/// </remarks>
public static class IndexCosts
{
    /// <summary>Milliseconds to add one row to one index, whatever its width.</summary>
    public const double WriteMsPerRow = 0.003;

    /// <summary>Milliseconds for each byte that the row adds: pages dirtied, WAL written.</summary>
    public const double WriteMsPerByte = 0.00002;

    /// <summary>Share of updates that are not HOT and so touch every index, where the counters do not say.</summary>
    public const double AssumedColdShare = 0.3;

    private const double ScanBytesPerSecond = 150e6;
    private const double SortRowsPerSecond = 1e6;
    private const double WriteBytesPerSecond = 100e6;
    private const double SafetyFactor = 3;
    private static readonly Duration Shortest = Duration.FromSeconds(5);

    /// <summary>CREATE INDEX CONCURRENTLY: two scans of the table, a sort, the pages written; threefold for a busy server, at least five seconds.</summary>
    public static Duration BuildTime(TableInfo table, long indexBytes)
    {
        var seconds = (2 * table.Pages * 8192 / ScanBytesPerSecond) + (table.Rows / SortRowsPerSecond) + (indexBytes / WriteBytesPerSecond);
        var predicted = Duration.FromSeconds(Math.Ceiling(seconds * SafetyFactor));
        return predicted < Shortest ? Shortest : predicted;
    }

    /// <summary>
    /// Milliseconds that the index adds to the window's writes. An update that sets one of its columns can no longer be HOT:
    /// it then maintains every index of the table.
    /// </summary>
    public static double WriteMs(TableInfo table, CreateIndexSpec spec, long indexBytes, int otherIndexes, TableActivity activity)
    {
        var perRow = WriteMsPerRow + (table.Rows < 1 ? 0 : indexBytes / table.Rows * WriteMsPerByte);
        var writes = activity.Writes;
        var touching = (double)activity.RowsUpdating(spec.Keys.Concat(spec.Included).Select(IndexKey.Parse));
        var updates = Math.Max(writes.Updates, touching);
        var coldShare = writes.Updates == 0 ? AssumedColdShare : activity.HotKnown ? 1 - ((double)writes.HotUpdates / writes.Updates) : AssumedColdShare;
        var others = updates - touching;
        return perRow * (writes.Inserts + touching + (others * coldShare)) + (WriteMsPerRow * touching * (1 - coldShare) * otherIndexes);
    }
}

/// <summary>What the window wrote to one table, and which columns its updates set.</summary>
public sealed record TableActivity(TableWrites Writes, bool HotKnown, IReadOnlyList<UpdatedColumns> Updates)
{
    /// <summary>Nothing was written.</summary>
    public static TableActivity None { get; } = new(new TableWrites(0, 0, 0, 0), false, []);

    /// <summary>Rows updated by statements that set any of these columns; an expression counts as touched by whatever column it names.</summary>
    public long RowsUpdating(IEnumerable<IndexKey> keys)
    {
        var words = keys.SelectMany(k => k.IsExpression ? SqlLexer.Tokens(k.Text).Select(t => t.Text.Trim('"')) : [k.Text]).ToHashSet(StringComparer.Ordinal);
        return Updates.Where(u => u.Columns.Any(words.Contains)).Sum(u => u.Rows);
    }
}

/// <summary>One UPDATE statement's rows over the window and the columns that it sets.</summary>
public sealed record UpdatedColumns(IReadOnlyList<string> Columns, long Rows)
{
    /// <summary>The columns after SET, up to FROM, WHERE or RETURNING; also those of ON CONFLICT DO UPDATE.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var tokens = SqlLexer.Tokens(text).Where(t => t.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment)).ToList();
        var at = tokens.FindIndex(t => t.Kind is SqlTokenKind.Word && t.Text.Equals("set", StringComparison.OrdinalIgnoreCase));
        List<string> columns = [];
        if (at < 0)
        {
            return columns;
        }

        var depth = 0;
        var target = true;
        for (at++; at < tokens.Count; at++)
        {
            var token = tokens[at];
            depth += token.Text switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth == 0 && token.Kind is SqlTokenKind.Word && token.Text.ToLowerInvariant() is "where" or "from" or "returning")
            {
                break;
            }

            if (token.Text == "=" && depth == 0)
            {
                target = false;
            }
            else if (token.Text == "," && depth == 0)
            {
                target = true;
            }
            else if (target && token.Kind is SqlTokenKind.Word or SqlTokenKind.QuotedIdentifier)
            {
                columns.Add(token.Kind is SqlTokenKind.Word ? token.Text.ToLowerInvariant() : token.Text.Trim('"'));
            }
        }

        return columns;
    }
}
