using System.Text.Json;
using Almanac.Model;

namespace Almanac.Tools.Postgres;

/// <summary>Reads a database's tables, columns with statistics, indexes and foreign keys, each kind in one statement.</summary>
public static class CatalogReader
{
    private static readonly string Tables = SqlResource.Load("Tools/Postgres/Sql/catalog-tables.sql");
    private static readonly string Columns = SqlResource.Load("Tools/Postgres/Sql/catalog-columns.sql");
    private static readonly string Indexes = SqlResource.Load("Tools/Postgres/Sql/catalog-indexes.sql");
    private static readonly string ForeignKeys = SqlResource.Load("Tools/Postgres/Sql/catalog-foreign-keys.sql");
    private static readonly string ColumnGroups = SqlResource.Load("Tools/Postgres/Sql/catalog-column-groups.sql");
    private static readonly string Builds = SqlResource.Load("Tools/Postgres/Sql/catalog-builds.sql");

    /// <summary>The catalog as it is now; statistics of columns that the role may not read are missing.</summary>
    public static async Task<Catalog> ReadAsync(PostgresReader reader, CancellationToken cancellation)
    {
        var tables = await reader.QueryAsync<TableRow>(Tables, null, cancellation);
        var columns = await reader.QueryAsync<ColumnRow>(Columns, null, cancellation);
        var indexes = await reader.QueryAsync<IndexRow>(Indexes, null, cancellation);
        var foreignKeys = await reader.QueryAsync<ForeignKeyRow>(ForeignKeys, null, cancellation);
        var groups = await reader.QueryAsync<ColumnGroupRow>(ColumnGroups, null, cancellation);
        var builds = await reader.QueryAsync<uint>(Builds, null, cancellation);
        var children = tables.Where(t => t.ParentOid is not null).ToLookup(t => t.ParentOid!.Value);
        var byTable = columns.ToLookup(c => c.TableOid);
        return new Catalog
        {
            Tables = [.. tables.Select(t => ToTable(t, byTable[t.Oid], children))],
            Indexes = [.. indexes.Select(ToIndex)],
            ForeignKeys = [.. foreignKeys.Select(k => new ForeignKeyInfo(k.TableOid, k.Columns, k.ReferencedTableOid))],
            ColumnGroups = [.. groups.SelectMany(ToGroups)],
            TablesBeingIndexed = builds,
        };
    }

    private static TableInfo ToTable(TableRow row, IEnumerable<ColumnRow> columns, ILookup<uint, TableRow> children)
    {
        var (rows, pages, visiblePages) = Extent(row, children);
        return new TableInfo
        {
            Oid = row.Oid,
            Schema = row.Schema,
            Name = row.Name,
            Kind = row.Kind[0],
            ParentOid = row.ParentOid,
            Rows = rows,
            Pages = pages,
            AllVisible = pages == 0 ? 0 : visiblePages / pages,
            Columns = [.. columns.Select(ToColumn)],
            Options = row.Options,
            Owner = row.Owner,
        };
    }

    /// <summary>Rows and pages; a partitioned table has those of its partitions. The row density of the last ANALYZE is applied to today's pages.</summary>
    private static (double Rows, long Pages, double VisiblePages) Extent(TableRow row, ILookup<uint, TableRow> children)
    {
        if (row.Kind == "p")
        {
            var parts = children[row.Oid].Select(c => Extent(c, children)).ToList();
            return (parts.Sum(p => p.Rows), parts.Sum(p => p.Pages), parts.Sum(p => p.VisiblePages));
        }

        var rows = row.RowEstimate > 0 && row.PageEstimate > 0
            ? row.RowEstimate / row.PageEstimate * row.Pages
            : Math.Max(0, row.LiveRows);
        return (rows, row.Pages, row.AllVisible * row.Pages);
    }

    private static ColumnInfo ToColumn(ColumnRow row) => new()
    {
        Number = row.Number,
        Name = row.Name,
        Type = row.Type,
        TypeLength = row.TypeLength,
        TypeAlign = row.TypeAlign[0],
        TypeCategory = row.TypeCategory[0],
        NotNull = row.NotNull,
        BTreeable = row.BTreeable,
        Deduplicates = row.Deduplicates,
        NDistinct = row.NDistinct,
        NullFraction = row.NullFraction,
        AverageWidth = row.AverageWidth,
        Correlation = row.Correlation,
        MostCommonFrequencies = row.Frequencies ?? [],
    };

    private static IndexInfo ToIndex(IndexRow row) => new()
    {
        Oid = row.Oid,
        TableOid = row.TableOid,
        Schema = row.Schema,
        Name = row.Name,
        Definition = row.Definition,
        AccessMethod = row.AccessMethod,
        Keys = row.Keys,
        Included = row.Included,
        Predicate = row.Predicate,
        OperatorClasses = row.OperatorClasses,
        DefaultOperatorClasses = row.DefaultOperatorClasses,
        IsUnique = row.IsUnique,
        IsPrimary = row.IsPrimary,
        IsValid = row.IsValid,
        BacksConstraint = row.BacksConstraint,
        ParentOid = row.ParentOid,
        Bytes = row.Bytes,
        Scans = row.Scans,
    };

    private static IEnumerable<ColumnGroup> ToGroups(ColumnGroupRow row)
    {
        using var document = JsonDocument.Parse(row.Combinations);
        foreach (var group in document.RootElement.EnumerateObject())
        {
            yield return new ColumnGroup(
                row.TableOid,
                [.. group.Name.Split(',', StringSplitOptions.TrimEntries).Select(n => short.Parse(n))],
                group.Value.GetDouble());
        }
    }

    private sealed record TableRow
    {
        public uint Oid { get; init; }
        public string Schema { get; init; } = string.Empty;
        public string Name { get; init; } = string.Empty;
        public string Kind { get; init; } = string.Empty;
        public uint? ParentOid { get; init; }
        public double RowEstimate { get; init; }
        public int PageEstimate { get; init; }
        public long Pages { get; init; }
        public double AllVisible { get; init; }
        public string[] Options { get; init; } = [];
        public string Owner { get; init; } = string.Empty;
        public long LiveRows { get; init; }
    }

    private sealed record ColumnRow
    {
        public uint TableOid { get; init; }
        public short Number { get; init; }
        public string Name { get; init; } = string.Empty;
        public string Type { get; init; } = string.Empty;
        public short TypeLength { get; init; }
        public string TypeAlign { get; init; } = string.Empty;
        public string TypeCategory { get; init; } = string.Empty;
        public bool NotNull { get; init; }
        public bool BTreeable { get; init; }
        public bool Deduplicates { get; init; }
        public double? NDistinct { get; init; }
        public double? NullFraction { get; init; }
        public int? AverageWidth { get; init; }
        public double? Correlation { get; init; }
        public double[]? Frequencies { get; init; }
    }

    private sealed record IndexRow
    {
        public uint Oid { get; init; }
        public uint TableOid { get; init; }
        public string Schema { get; init; } = string.Empty;
        public string Name { get; init; } = string.Empty;
        public string Definition { get; init; } = string.Empty;
        public string AccessMethod { get; init; } = string.Empty;
        public string[] Keys { get; init; } = [];
        public string[] Included { get; init; } = [];
        public string? Predicate { get; init; }
        public string OperatorClasses { get; init; } = string.Empty;
        public bool DefaultOperatorClasses { get; init; }
        public bool IsUnique { get; init; }
        public bool IsPrimary { get; init; }
        public bool IsValid { get; init; }
        public bool BacksConstraint { get; init; }
        public uint? ParentOid { get; init; }
        public long Bytes { get; init; }
        public long Scans { get; init; }
    }

    private sealed record ForeignKeyRow
    {
        public uint TableOid { get; init; }
        public uint ReferencedTableOid { get; init; }
        public string[] Columns { get; init; } = [];
    }

    private sealed record ColumnGroupRow
    {
        public uint TableOid { get; init; }
        public string Combinations { get; init; } = string.Empty;
    }
}
