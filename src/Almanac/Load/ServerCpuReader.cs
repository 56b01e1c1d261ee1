using System.Globalization;
using Almanac.Config;

namespace Almanac.Load;

/// <summary>
/// CPU time, user and system, of a PostgreSQL server on this machine, from /proc. A process's own time comes from the scheduler's
/// counter (nanoseconds) where the kernel has it; what ended children used is known in ticks of 10 ms only.
/// </summary>
public static class ServerCpuReader
{
    // USER_HZ, which is part of the kernel's interface and 100 on all platforms that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Whether this process id, as the server told it, is a PostgreSQL process of this machine.</summary>
    public static bool IsLocal(ConnectionTarget target, int backendPid)
    {
        var host = target.Hosts[0];
        return (host.StartsWith('/') || host is "localhost" or "127.0.0.1" or "::1")
            && TryRead($"/proc/{backendPid}/comm")?.Trim() == "postgres"
            && TryRead($"/proc/{backendPid}/cmdline")?.Contains($" {target.User} {target.Database} ", StringComparison.Ordinal) == true;
    }

    /// <summary>What a live process has used so far; null when there is none, or it may not be read.</summary>
    public static TimeSpan? OfProcess(int pid)
    {
        if (TryRead($"/proc/{pid}/schedstat") is { } schedule
            && long.TryParse(schedule.AsSpan(0, Math.Max(0, schedule.IndexOf(' '))), NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds)
            && nanoseconds > 0)
        {
            return TimeSpan.FromTicks(nanoseconds / 100);
        }

        return StatOf(pid)?.Own;
    }

    /// <summary>What a postmaster, its live children and its ended children have used so far; null when there is no such process.</summary>
    /// <remarks>A child that ends between two readings moves from the precise counter to the 10 ms one: differences are good to about that.</remarks>
    public static TimeSpan? OfServer(int postmasterPid)
    {
        if (StatOf(postmasterPid) is not { } postmaster)
        {
            return null;
        }

        var total = (OfProcess(postmasterPid) ?? postmaster.Own) + postmaster.EndedChildren;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && StatOf(pid) is { } stat && stat.Parent == postmasterPid)
            {
                total += OfProcess(pid) ?? stat.Own;
            }
        }

        return total;
    }

    /// <summary>The postmaster of a backend; null when there is no such process.</summary>
    public static int? PostmasterOf(int backendPid) => StatOf(backendPid)?.Parent;

    private static ProcessStat? StatOf(int pid)
    {
        // "pid (name) state ppid ...": the name may hold spaces and brackets, so the fields count from its last bracket.
        if (TryRead($"/proc/{pid}/stat") is not { } text || text.LastIndexOf(')') is not (> 0 and var bracket))
        {
            return null;
        }

        var fields = text[(bracket + 2)..].Split(' ');
        return new ProcessStat(int.Parse(fields[1]), Ticks(fields, 11) + Ticks(fields, 12), Ticks(fields, 13) + Ticks(fields, 14));
    }

    private static TimeSpan Ticks(string[] fields, int index) => TimeSpan.FromSeconds(long.Parse(fields[index]) / TicksPerSecond);

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record ProcessStat(int Parent, TimeSpan Own, TimeSpan EndedChildren);
}
