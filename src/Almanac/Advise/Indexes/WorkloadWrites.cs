using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>What the window wrote to each table: from the counters where they are given, else from the statements themselves.</summary>
internal sealed class WorkloadWrites
{
    private const int LoadCalls = 2;
    private const int LoadRowsPerCall = 1000;

    private readonly Dictionary<uint, TableActivity> byTable = [];

    public WorkloadWrites(CatalogLookup catalog, IReadOnlyDictionary<uint, TableWrites>? counters, IReadOnlyList<PreparedStatement> statements)
    {
        var updates = new Dictionary<uint, List<UpdatedColumns>>();
        var seen = new Dictionary<uint, TableWrites>();
        foreach (var (statement, conditions, _) in statements)
        {
            if (IsLoad(statement) || conditions.Writes is not { } writes || catalog.Table(writes.Schema, writes.Table) is not { } table)
            {
                continue;
            }

            var written = writes.Operation switch
            {
                "Insert" => new TableWrites(statement.Rows, 0, 0, 0),
                "Update" => new TableWrites(0, statement.Rows, 0, 0),
                _ => new TableWrites(0, 0, 0, statement.Rows),
            };
            seen[table.Oid] = seen.TryGetValue(table.Oid, out var sum) ? sum + written : written;
            if (writes.Operation is "Update" or "Merge")
            {
                (updates.TryGetValue(table.Oid, out var list) ? list : updates[table.Oid] = []).Add(new UpdatedColumns(UpdatedColumns.Of(statement.Text), statement.Rows));
            }
        }

        foreach (var table in catalog.Catalog.Tables)
        {
            var root = catalog.Root(table).Oid;
            if (counters is not null && counters.TryGetValue(table.Oid, out var counted))
            {
                var sum = byTable.TryGetValue(root, out var known) ? known.Writes + counted : counted;
                byTable[root] = new TableActivity(sum, HotKnown: true, updates.GetValueOrDefault(root, []));
            }
            else if (counters is null && seen.TryGetValue(table.Oid, out var observed))
            {
                byTable[table.Oid] = new TableActivity(observed, HotKnown: false, updates.GetValueOrDefault(table.Oid, []));
            }
        }
    }

    // What filled a table once is no part of its daily writes.
    private static bool IsLoad(WorkloadStatement statement) => statement.Calls <= LoadCalls && statement.Rows >= LoadRowsPerCall * statement.Calls;

    public TableActivity Of(TableInfo table) => byTable.GetValueOrDefault(table.Oid, TableActivity.None);
}
