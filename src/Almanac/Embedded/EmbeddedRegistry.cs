using System.Text.Json;
using Almanac.Model;
using Almanac.Tools.Process;
using NodaTime;

namespace Almanac.Embedded;

/// <summary>The folder of this user's private clusters: who owns each, which are stale, how they are stopped and removed.</summary>
public sealed class EmbeddedRegistry
{
    private const string RecordFile = "cluster.json";

    // postmaster.pid has whole seconds, and is written before the server notes its own start.
    private static readonly Duration StartSpread = Duration.FromSeconds(10);

    /// <param name="root">The folder; null for the user's default below /var/tmp.</param>
    public EmbeddedRegistry(string? root = null)
        => Root = root
            ?? (Environment.GetEnvironmentVariable("ALMANAC_EMBEDDED_ROOT") is { Length: > 0 } given ? given : $"/var/tmp/almanac-{Environment.UserName}");

    /// <summary>Holds one folder for each cluster.</summary>
    public string Root { get; }

    /// <summary>All clusters that have a readable record.</summary>
    public IReadOnlyList<EmbeddedRecord> List()
    {
        if (!Directory.Exists(Root))
        {
            return [];
        }

        var records = new List<EmbeddedRecord>();
        foreach (var folder in Directory.EnumerateDirectories(Root).Order(StringComparer.Ordinal))
        {
            if (Read(folder) is { } record)
            {
                records.Add(record);
            }
        }

        return records;
    }

    /// <summary>
    /// The private cluster that this server is, if it is one of ours. A physical copy of one has its identifier, too, but another
    /// postmaster: that has to have started when ours did.
    /// </summary>
    public EmbeddedRecord? Find(string systemIdentifier, Instant startedAt)
        => List().FirstOrDefault(r => r.SystemIdentifier == systemIdentifier && IsRunning(r.Id)
            && PostmasterStart(r.Id) is { } at && startedAt >= at - StartSpread && startedAt <= at + StartSpread);

    /// <summary>Stops and removes the clusters whose owner has died; answers what was removed.</summary>
    public async Task<IReadOnlyList<EmbeddedRecord>> RemoveStaleAsync(CancellationToken cancellation)
    {
        if (Directory.Exists(Root))
        {
            await AssureOwnAsync(cancellation);
        }

        var removed = new List<EmbeddedRecord>();
        foreach (var record in List())
        {
            // One that is to stay is its owner's as long as it is being made.
            var wanted = record.Owner.IsAlive() || (record.Keep && IsRunning(record.Id));
            if (!wanted)
            {
                await RemoveAsync(record, cancellation);
                removed.Add(record);
            }
        }

        return removed;
    }

    /// <summary>Stops the server and its companion, and deletes the folder. Safe to repeat.</summary>
    /// <exception cref="AlmanacException">Exit code 11 when the server does not stop.</exception>
    public async Task RemoveAsync(EmbeddedRecord record, CancellationToken cancellation)
    {
        if (record.Companion is { } companion && companion.IsAlive())
        {
            ToolClient.Kill(companion.Pid);
        }

        var data = Path.Combine(FolderOf(record.Id), "data");
        if (IsRunning(record.Id))
        {
            var programs = ServerPrograms.Find();
            var stopped = await programs.RunAsync("pg_ctl", ["stop", "-D", data, "-m", "fast", "-w", "-t", "20"], TimeSpan.FromSeconds(30), cancellation);
            if (stopped.ExitCode != 0 && IsRunning(record.Id))
            {
                // Nothing here outlives its cluster, so there is nothing to flush.
                await programs.RunAsync("pg_ctl", ["stop", "-D", data, "-m", "immediate", "-w", "-t", "20"], TimeSpan.FromSeconds(30), cancellation);
            }

            if (IsRunning(record.Id))
            {
                throw new AlmanacException(
                    ExitCode.ToolFailed, $"The embedded server {record.Id} does not stop.", $"Its log is {Path.Combine(FolderOf(record.Id), "server.log")}.");
            }
        }

        if (Directory.Exists(FolderOf(record.Id)))
        {
            Directory.Delete(FolderOf(record.Id), recursive: true);
        }
    }

    /// <summary>Names the process that ends with a cluster.</summary>
    public EmbeddedRecord Accompany(EmbeddedRecord record, ProcessIdentity? companion)
    {
        var accompanied = record with { Companion = companion };
        Write(accompanied);
        return accompanied;
    }

    // The root has a predictable name in a folder that everybody may write to: somebody else may have made it first, and what it
    // says would then be believed (which folders to delete, which processes to end).
    internal async Task AssureOwnAsync(CancellationToken cancellation)
    {
        var owner = await ToolClient.RunAsync("stat", ["-c", "%U", Root], TimeSpan.FromSeconds(60), cancellation);
        if (owner.Output.Trim() != Environment.UserName)
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"The folder {Root} belongs to {owner.Output.Trim()}, not to {Environment.UserName}.",
                "Remove it, or set ALMANAC_EMBEDDED_ROOT to a folder of your own.");
        }
    }

    internal string FolderOf(string id) => Path.Combine(Root, id);

    internal void Write(EmbeddedRecord record)
    {
        var path = Path.Combine(FolderOf(record.Id), RecordFile);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(record, ModelJson.Indented));
        File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>True while the postmaster of that cluster runs.</summary>
    internal bool IsRunning(string id) => PostmasterPid(id) is not null;

    /// <summary>The process id in postmaster.pid, if it is a live process whose data folder is this one.</summary>
    internal int? PostmasterPid(string id)
    {
        try
        {
            var data = Path.Combine(FolderOf(id), "data");
            var lines = File.ReadAllLines(Path.Combine(data, "postmaster.pid"));
            var pid = int.Parse(lines[0]);
            return lines[1] == data && ProcessIdentity.Of(pid) is not null ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>When the postmaster wrote its postmaster.pid (third line, seconds since 1970).</summary>
    private Instant? PostmasterStart(string id)
    {
        try
        {
            return Instant.FromUnixTimeSeconds(long.Parse(File.ReadAllLines(Path.Combine(FolderOf(id), "data", "postmaster.pid"))[2]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static EmbeddedRecord? Read(string folder)
    {
        try
        {
            // Folders are deleted by the id: one that names another folder is no record of ours.
            var record = JsonSerializer.Deserialize<EmbeddedRecord>(File.ReadAllText(Path.Combine(folder, RecordFile)), ModelJson.Options);
            return record?.Id == Path.GetFileName(folder) ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
