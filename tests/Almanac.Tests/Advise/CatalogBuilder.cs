using Almanac.Model;

namespace Almanac.Tests.Advise;

/// <summary>A catalog in a few words.</summary>
internal sealed class CatalogBuilder
{
    private readonly List<TableInfo> tables = [];
    private readonly List<IndexInfo> indexes = [];
    private readonly List<ForeignKeyInfo> foreignKeys = [];

    public List<uint> Building { get; } = [];

    public static ColumnInfo Column(string name, string type = "integer", double? distinct = -1, int width = 4) => new()
    {
        Number = (short)(name[0] - 'a' + 1),
        Name = name,
        Type = type,
        TypeLength = (short)(type is "text" ? -1 : width),
        TypeAlign = width == 8 ? 'd' : 'i',
        TypeCategory = type switch { "text" => 'S', "boolean" => 'B', _ => 'N' },
        NotNull = true,
        BTreeable = type != "point",
        Deduplicates = type != "numeric",
        NDistinct = distinct,
        NullFraction = 0,
        AverageWidth = width,
    };

    public CatalogBuilder Table(string name, double rows, params ColumnInfo[] columns)
    {
        tables.Add(new TableInfo
        {
            Oid = (uint)(100 + tables.Count),
            Schema = "public",
            Name = name,
            Kind = 'r',
            Rows = rows,
            Pages = (long)(rows / 80),
            AllVisible = 1,
            Columns = columns,
            Owner = "owner",
        });
        return this;
    }

    public CatalogBuilder Index(string name, string[] keys, Func<IndexInfo, IndexInfo>? change = null, string? table = null)
    {
        var index = new IndexInfo
        {
            Oid = (uint)(1000 + indexes.Count),
            TableOid = (table is null ? tables[^1] : tables.First(t => t.Name == table)).Oid,
            Schema = "public",
            Name = name,
            Definition = $"CREATE INDEX {name} ON {tables[^1].Name} ({string.Join(", ", keys)})",
            AccessMethod = "btree",
            Keys = keys,
            OperatorClasses = string.Join(' ', keys.Select(_ => "1978").Concat(keys.Select(_ => "0"))),
            IsUnique = false,
            IsPrimary = false,
            IsValid = true,
            BacksConstraint = false,
            Bytes = 1 << 20,
            Scans = 10,
        };
        indexes.Add(change?.Invoke(index) ?? index);
        return this;
    }

    public CatalogBuilder ForeignKey(string table, params string[] columns)
    {
        foreignKeys.Add(new ForeignKeyInfo(tables.First(t => t.Name == table).Oid, columns, 1));
        return this;
    }

    public Catalog Build() => new() { Tables = tables, Indexes = indexes, ForeignKeys = foreignKeys, TablesBeingIndexed = Building };
}
