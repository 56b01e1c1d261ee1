namespace Almanac.Tests.Architecture;

/// <summary>The three rules of the house. Each answers with one sentence for each breach, and says where the thing belongs.</summary>
internal static class HouseRules
{
    private static readonly string[] ReferenceSuffixes = ["Reader", "Writer", "Store", "Client", "Collector"];
    private static readonly string[] EdgeSuffixes = [.. ReferenceSuffixes, "Command"];
    private static readonly string[] PureRooms = ["Model", "Calendars", "Report"];
    private static readonly string[] EdgeRooms = ["Flows", "Load", "Embedded", "Samples", "Store"];

    // The hands of the room Change, besides its executors; what judges and computes there stays pure.
    private static readonly string[] ActingTypes = ["ChangeRunner", "OneChangeRunner", "ChangeRecovery", "EngineLock"];

    // Source generators and the compiler put types of their own here; nobody wrote them.
    private static readonly string[] GeneratedNamespaces = ["System.Text.RegularExpressions.Generated", "Microsoft.CodeAnalysis", "System.Runtime.CompilerServices"];

    /// <summary>Rule 1: rooms call only downwards, never sideways.</summary>
    public static IEnumerable<string> Table(IEnumerable<CodeType> code)
    {
        foreach (var type in Ours(code))
        {
            if (type.Namespace == "Almanac")
            {
                if (type.Name != "AlmanacConfig")
                {
                    yield return $"{type.FullName} lives in the root: only AlmanacConfig does; move it into the room whose word it is about.";
                }

                continue;
            }

            if (Rooms.Of(type.Namespace) is not { } room)
            {
                continue;
            }

            if (!Rooms.MayUse.TryGetValue(room, out var allowed))
            {
                yield return $"{type.FullName} lives in '{room}', which is no room of the house: put it into one of {string.Join(", ", Rooms.MayUse.Keys)}, or add the room to Rooms and to ARCHITECTURE.md.";
                continue;
            }

            foreach (var target in type.References.Select(r => (r.Namespace, r.FullType)).Distinct())
            {
                if (target.Namespace == "Almanac" && room != "Flows")
                {
                    yield return $"{type.FullName} ({room}) refers to {target.FullType}: the composition root is known to Flows and the executables only; take the record of the own room ({room}Config) instead.";
                }
                else if (Rooms.Of(target.Namespace) is { } other && other != room && !allowed.Contains(other))
                {
                    yield return $"{type.FullName} ({room}) refers to {target.FullType} ({other}): {Advice(room, other)}";
                }
            }
        }
    }

    /// <summary>Rule 2: only Change acts on a system that somebody owns.</summary>
    public static IEnumerable<string> Acting(IEnumerable<CodeType> code)
    {
        foreach (var type in Ours(code))
        {
            var room = Rooms.Of(type.Namespace) ?? "Cli";
            foreach (var to in type.References.Select(r => r with { Member = r is { Type: "PrivateTarget", Member: ".ctor" } ? r.Member : string.Empty }).Distinct())
            {
                if (to.Type.EndsWith("Writer", StringComparison.Ordinal) && to.Type != "ScratchWriter" && Rooms.Of(to.Namespace) is { } home
                    && home.StartsWith("Tools.", StringComparison.Ordinal) && room != home && room != "Change")
                {
                    yield return $"{type.FullName} uses {to.FullType}: only Change acts on somebody's system; make it an OperationSpec with an executor in Change/Operations.";
                }

                if (to.Type == "ScratchWriter" && Rooms.Of(to.Namespace) == "Tools.Postgres" && room is not ("Tools.Postgres" or "Embedded" or "Samples") && type.Name != "ScratchClone")
                {
                    yield return $"{type.FullName} uses ScratchWriter: private clusters are written to from Embedded, Samples and ScratchClone only.";
                }

                if (to is { Type: "PrivateTarget", Member: ".ctor" } && room != "Embedded" && type.Name != "PrivateTarget")
                {
                    yield return $"{type.FullName} makes a PrivateTarget: only Embedded may, since it is the proof that nobody else owns the cluster.";
                }

                if (to.Type == "PostgresClient" && Rooms.Of(to.Namespace) == "Tools.Postgres" && room is not ("Tools.Postgres" or "Store" or "Load"))
                {
                    yield return $"{type.FullName} uses PostgresClient, which can do anything: take a PostgresReader, or go through Change.";
                }

                if (Under(to.Namespace, "Npgsql") && room is not ("Tools.Postgres" or "Store" or "Load"))
                {
                    yield return $"{type.FullName} uses {to.FullType}: Npgsql stays in Tools/Postgres, Store and Load; put the query into a *Reader in Tools/Postgres.";
                }

                if (to is { Namespace: "System.Diagnostics", Type: "Process" or "ProcessStartInfo" } && room != "Tools.Process")
                {
                    yield return $"{type.FullName} uses {to.FullType}: child processes are started by Tools/Process/ToolClient only.";
                }
            }
        }
    }

    /// <summary>Rule 3: what does not say by its suffix that it does I/O is free of I/O, clocks and chance.</summary>
    public static IEnumerable<string> Purity(IEnumerable<CodeType> code)
    {
        foreach (var type in Ours(code))
        {
            var room = Rooms.Of(type.Namespace) ?? "Cli";
            if (!DoesInputOutput(type, room))
            {
                // The context hands the clock to the executable's own parts; they still read no files and open no sockets.
                foreach (var what in type.References.Select(Impure).OfType<string>().Where(w => room != "Cli" || w != "System.TimeProvider").Distinct())
                {
                    yield return $"{type.FullName} uses {what}: its name does not end in {string.Join('/', EdgeSuffixes)}, so it must take data and an instant; read outside and pass the result in.";
                }
            }

            if (PureRooms.Contains(room) || (room == "Guard" && !DoesInputOutput(type, room) && type.Name != "GuardGate"))
            {
                foreach (var to in type.References.Where(r => Rooms.Of(r.Namespace) is not null && r.FullType != type.FullName && HasSuffix(r.Type, ReferenceSuffixes)).Select(r => r.FullType).Distinct())
                {
                    yield return $"{type.FullName} ({room}) uses {to}: {room} is pure; pass what was read as a record.";
                }
            }
        }
    }

    private static bool DoesInputOutput(CodeType type, string room)
        => EdgeRooms.Contains(room)
        || room.StartsWith("Tools.", StringComparison.Ordinal)
        || (!PureRooms.Contains(room) && HasSuffix(type.Name, EdgeSuffixes))
        || (room == "Change" && (Under(type.Namespace, "Almanac.Change.Operations") || ActingTypes.Contains(type.Name)));

    private static string? Impure(CodeReference to) => to switch
    {
        { Namespace: "System.IO", Type: "File" or "Directory" or "FileInfo" or "DirectoryInfo" or "FileSystemInfo" or "FileStream" or "DriveInfo" or "FileSystemWatcher" or "RandomAccess" } => to.FullType,
        { Namespace: "System.IO", Type: "Path", Member: "GetTempPath()" or "GetTempFileName()" or "GetRandomFileName()" } => $"Path.{to.Member}",
        { Namespace: "System.Diagnostics", Type: "Process" or "ProcessStartInfo" or "Stopwatch" } => to.FullType,
        { Namespace: "System", Type: "TimeProvider" or "Console" } => to.FullType,
        { Namespace: "NodaTime", Type: "SystemClock" or "IClock" } => to.FullType,
        { Namespace: "System", Type: "DateTime" or "DateTimeOffset", Member: "get_Now()" or "get_UtcNow()" or "get_Today()" } => $"{to.Type}.{to.Member[4..]}",
        { Namespace: "System", Type: "Environment", Member: not ("" or "get_NewLine()" or "get_CurrentManagedThreadId()" or "FailFast") } => $"Environment.{to.Member}",
        { Namespace: "System", Type: "Random", Member: ".ctor()" or "get_Shared()" } => "Random without a seed",
        { Namespace: "System", Type: "Guid", Member: "NewGuid()" or "CreateVersion7()" } => $"Guid.{to.Member}",
        { Namespace: "System.Security.Cryptography", Type: "RandomNumberGenerator" } => to.FullType,
        { Namespace: "System.Threading.Tasks", Type: "Task", Member: "Delay" } => "Task.Delay",
        _ when Under(to.Namespace, "System.Net.Sockets") || Under(to.Namespace, "System.Net.Http") || Under(to.Namespace, "System.IO.Pipes") || Under(to.Namespace, "Npgsql") => to.FullType,
        _ => null,
    };

    private static string Advice(string room, string other)
    {
        if (Rooms.IsCapability(room) && Rooms.IsCapability(other))
        {
            return "capabilities are blind to each other; let a Flow hand the data over as a Model record, or read it from the Ledger.";
        }

        var allowed = Rooms.MayUse[room];
        var list = allowed.Length == 0 ? "nothing of ours" : string.Join(", ", allowed);
        return !Rooms.MayUse.ContainsKey(other)
            ? $"'{other}' is no room of the house; {room} may use {list}."
            : $"calls go downwards only, and {room} may use {list}; move what both need down to Model, or the caller up to where it may know {other}.";
    }

    private static IEnumerable<CodeType> Ours(IEnumerable<CodeType> code)
        => code.Where(t => t.Namespace.Length > 0 && !GeneratedNamespaces.Any(g => Under(t.Namespace, g)) && !t.Name.StartsWith('<'));

    private static bool Under(string ns, string root) => ns == root || ns.StartsWith(root + ".", StringComparison.Ordinal);

    private static bool HasSuffix(string name, IEnumerable<string> suffixes) => suffixes.Any(s => name.EndsWith(s, StringComparison.Ordinal));
}
