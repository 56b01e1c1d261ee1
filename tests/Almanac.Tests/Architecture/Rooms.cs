namespace Almanac.Tests.Architecture;

/// <summary>The rooms of the library and who may call whom: the table of the house.</summary>
internal static class Rooms
{
    private static readonly string[] Words = ["Model"];
    private static readonly string[] Knowledge = [.. Words, "Calendars"];
    private static readonly string[] Presentation = [.. Knowledge, "Report"];
    private static readonly string[] Configuration = [.. Presentation, "Config"];
    private static readonly string[] Processes = [.. Configuration, "Tools.Process"];
    private static readonly string[] Servers = [.. Processes, "Tools.Postgres"];
    private static readonly string[] OtherTools = ["Tools.Patroni", "Tools.PgBackRest", "Tools.Kubernetes", "Tools.Redis", "Tools.Prometheus"];
    private static readonly string[] Edges = [.. Servers, .. OtherTools];
    private static readonly string[] Storage = [.. Edges, "Store"];
    private static readonly string[] Memory = [.. Storage, "Ledger"];
    private static readonly string[] Rules = [.. Memory, "Guard"];
    private static readonly string[] Loop = [.. Rules, "Change"];
    private static readonly string[] Stage = [.. Loop, "Embedded", "Samples"];
    private static readonly string[] Capabilities = ["Observe", "Advise", "Forecast", "Scale", "Cost", "Recover", "Load", "Health", "Alerts"];
    private static readonly string[] Everything = [.. Stage, .. Capabilities];

    /// <summary>For each room the rooms it may refer to, besides itself.</summary>
    public static IReadOnlyDictionary<string, string[]> MayUse { get; } = Table();

    private static Dictionary<string, string[]> Table()
    {
        var table = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["Model"] = [],
            ["Calendars"] = Words,
            ["Report"] = Knowledge,
            ["Config"] = Presentation,
            ["Tools.Process"] = Configuration,
            ["Tools.Postgres"] = Processes,
            ["Store"] = Edges,
            ["Ledger"] = Storage,
            ["Guard"] = Memory,
            ["Change"] = Rules,
            ["Embedded"] = Loop,
            ["Samples"] = Loop,
            ["Flows"] = Everything,
        };
        foreach (var tool in OtherTools)
        {
            table[tool] = Servers;
        }

        foreach (var capability in Capabilities)
        {
            table[capability] = Stage;
        }

        return table;
    }

    /// <summary>The room of a namespace, or null outside of the library's rooms (the root, where the composition root is; other assemblies).</summary>
    public static string? Of(string ns)
    {
        var parts = ns.Split('.');
        return parts switch
        {
            ["Almanac", "Cli" or "Web" or "Tests" or "Testing" or "IntegrationTests" or "EndToEndTests" or "Benchmarks", ..] => null,
            ["Almanac", "Tools", var tool, ..] => "Tools." + tool,
            ["Almanac", var room, ..] => room,
            _ => null,
        };
    }

    /// <summary>True for a capability: those are blind to each other.</summary>
    public static bool IsCapability(string room) => Capabilities.Contains(room);
}
