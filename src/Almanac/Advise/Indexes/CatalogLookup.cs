using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>The catalog by name and by table, with partitions found under their partitioned table.</summary>
public sealed class CatalogLookup
{
    private readonly Dictionary<(string Schema, string Name), TableInfo> byName;
    private readonly Dictionary<uint, TableInfo> byOid;
    private readonly ILookup<uint, IndexInfo> indexes;
    private readonly ILookup<uint, ColumnGroup> groups;

    /// <summary>Indexes the catalog once.</summary>
    public CatalogLookup(Catalog catalog)
    {
        Catalog = catalog;
        byName = catalog.Tables.ToDictionary(t => (t.Schema, t.Name));
        byOid = catalog.Tables.ToDictionary(t => t.Oid);
        indexes = catalog.Indexes.ToLookup(i => i.TableOid);
        groups = catalog.ColumnGroups.ToLookup(g => g.TableOid);
    }

    /// <summary>The whole.</summary>
    public Catalog Catalog { get; }

    /// <summary>The table, or null for what is no user table.</summary>
    public TableInfo? Table(string schema, string name) => byName.GetValueOrDefault((schema, name));

    /// <summary>The table with this oid.</summary>
    public TableInfo? Table(uint oid) => byOid.GetValueOrDefault(oid);

    /// <summary>The top of the partition tree that the table belongs to; itself for a plain table.</summary>
    public TableInfo Root(TableInfo table)
    {
        while (table.ParentOid is { } parent && byOid.TryGetValue(parent, out var up))
        {
            table = up;
        }

        return table;
    }

    /// <summary>The table's own indexes.</summary>
    public IEnumerable<IndexInfo> IndexesOf(TableInfo table) => indexes[table.Oid];

    /// <summary>Distinct combinations of exactly these columns, from extended statistics; null without.</summary>
    public double? DistinctOf(TableInfo table, IReadOnlyCollection<short> columns)
        => groups[table.Oid].FirstOrDefault(g => g.Columns.Count == columns.Count && g.Columns.All(columns.Contains))?.NDistinct;
}
