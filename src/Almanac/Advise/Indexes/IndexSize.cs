using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>Predicts the size of a freshly built b-tree, deduplication included.</summary>
/// <remarks>
/// After own measurements on PostgreSQL 15 (21 indexes of a TPC-H-shaped database; HypoPG, which ignores deduplication, was 1.15 to 6.1 times over).
/// An entry is <c>MAXALIGN(8 + keys)</c> plus 4 bytes of line pointer. Equal keys are merged into posting lists of up to 812 bytes with 6 bytes a row,
/// unless there is an INCLUDE or a type whose equal values may differ (numeric, float, jsonb). Pages are filled to 90 %, and 0.5 % are inner pages.
/// </remarks>
public static class IndexSize
{
    private const int PageBytes = 8192;
    private const double UsablePageBytes = 8152;
    private const double FillFactor = 0.9;
    private const double InnerPages = 1.005;
    private const int LinePointer = 4;
    private const int Header = 8;
    private const int RowPointer = 6;
    private const int LongestPostingList = 812;
    private const int WidthWithoutStatistics = 32;

    /// <summary>Bytes of the index on this table as its statistics are now.</summary>
    public static long Bytes(CatalogLookup catalog, TableInfo table, CreateIndexSpec spec)
    {
        var keys = spec.Keys.Select(k => Column(table, IndexKey.Parse(k))).ToList();
        var included = spec.Included.Select(k => Column(table, IndexKey.Parse(k))).ToList();
        var entry = EntryBytes([.. keys, .. included]);
        var deduplicates = included.Count == 0 && keys.TrueForAll(k => k is { Deduplicates: true });
        var bytes = !deduplicates ? table.Rows * (entry + LinePointer)
            : keys.Count == 1 ? SingleColumnBytes(table.Rows, keys[0]!, entry)
            : RowsBytes(table.Rows, Distinct(catalog, table, keys), entry);
        var pages = (bytes / UsablePageBytes / FillFactor * InnerPages) + 3;
        return (long)Math.Ceiling(pages) * PageBytes;
    }

    // With a single column the most common values and NULL are known: each is a group of its own.
    private static double SingleColumnBytes(double rows, ColumnInfo column, double entry)
    {
        var nulls = (column.NullFraction ?? 0) * rows;
        var bytes = RowsBytes(nulls, 1, 16);
        var (restRows, restDistinct) = (rows - nulls, DistinctOf(column, rows));
        foreach (var frequency in column.MostCommonFrequencies)
        {
            bytes += RowsBytes(frequency * rows, 1, entry);
            restRows -= frequency * rows;
            restDistinct--;
        }

        return bytes + RowsBytes(Math.Max(0, restRows), Math.Max(1, restDistinct), entry);
    }

    private static double RowsBytes(double rows, double distinct, double entry)
    {
        if (rows <= 0)
        {
            return 0;
        }

        var single = entry + LinePointer;
        var group = Math.Min(rows / Math.Max(1, distinct), (LongestPostingList - entry) / RowPointer);
        return rows * (group < 2 ? single : Math.Min(single, (Align(entry + (RowPointer * group), 8) + LinePointer) / group));
    }

    private static double Distinct(CatalogLookup catalog, TableInfo table, List<ColumnInfo?> keys)
    {
        if (catalog.DistinctOf(table, [.. keys.Select(k => k!.Number)]) is { } known)
        {
            return known < 0 ? -known * table.Rows : known;
        }

        return Math.Min(table.Rows, keys.Aggregate(1.0, (product, k) => product * Math.Max(1, DistinctOf(k!, table.Rows) + (k!.NullFraction > 0 ? 1 : 0))));
    }

    /// <summary>Distinct values of the column in this many rows; as many as rows before ANALYZE.</summary>
    internal static double DistinctOf(ColumnInfo column, double rows) => column.NDistinct switch
    {
        null or 0 => rows,
        < 0 and var share => -share * rows,
        { } count => count,
    };

    private static double EntryBytes(IEnumerable<ColumnInfo?> columns)
    {
        double width = Header;
        foreach (var column in columns)
        {
            // The statistics cut the average width to whole bytes; numbers of varying width come out a byte short.
            var cut = column is { TypeLength: < 0, TypeCategory: 'N' } ? 1 : 0;
            var average = column?.AverageWidth + cut ?? (column is { TypeLength: > 0 } ? column.TypeLength : WidthWithoutStatistics);
            var notNull = 1 - (column?.NullFraction ?? 0);

            // Short varlena values are packed without alignment.
            var aligned = column is null || (column.TypeLength < 0 && average < 127) ? width : Align(width, Alignment(column.TypeAlign));
            width = notNull < 0.5 ? width : aligned + average;
        }

        return Align(width, 8);
    }

    private static int Alignment(char code) => code switch { 'd' => 8, 'i' => 4, 's' => 2, _ => 1 };

    // Shares of rows are not exact: a hair above a boundary is the boundary.
    private static double Align(double bytes, int to) => Math.Ceiling(Math.Round(bytes, 2) / to) * to;

    private static ColumnInfo? Column(TableInfo table, IndexKey key) => key.IsExpression ? null : table.Columns.FirstOrDefault(c => c.Name == key.Text);
}
