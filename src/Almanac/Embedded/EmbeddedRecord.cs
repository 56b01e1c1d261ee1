using NodaTime;

namespace Almanac.Embedded;

/// <summary>What is written beside a cluster, so that any later process can find it, tell whether its owner lives, and stop it.</summary>
public sealed record EmbeddedRecord
{
    public required string Id { get; init; }
    public required string Purpose { get; init; }
    public required bool Keep { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>The process that started it.</summary>
    public required ProcessIdentity Owner { get; init; }
    public required int Port { get; init; }
    public required string Password { get; init; }

    /// <summary>The operating-system user that the server runs as; null when it is the owner's own.</summary>
    public string? ServerUser { get; init; }

    /// <summary>The cluster's identifier, once it runs: only a cluster listed here may live on a simulated clock.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>The database a person should connect to.</summary>
    public string Database { get; init; } = "postgres";

    /// <summary>A companion process that ends with the cluster, for example the trickle of traffic.</summary>
    public ProcessIdentity? Companion { get; init; }
}

/// <summary>A process beyond doubt: ids are reused, an id with its start time and boot is not.</summary>
public sealed record ProcessIdentity(int Pid, string StartTicks, string BootId)
{
    /// <summary>This process.</summary>
    public static ProcessIdentity Current() => Of(Environment.ProcessId)
        ?? throw new InvalidOperationException("This process is not listed in /proc.");

    /// <summary>The process with that id, if it runs.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            // Field 22 of /proc/PID/stat is the start time in clock ticks since boot; the name in field 2 may hold spaces.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new ProcessIdentity(pid, fields[19], File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>True while this very process runs.</summary>
    public bool IsAlive() => Of(Pid) == this;
}
