using System.Globalization;

namespace Almanac.Benchmarks;

/// <summary>CPU time from the scheduler's own nanosecond counters: the usual 10 ms ticks are too coarse for one snapshot.</summary>
internal static class CpuReader
{
    /// <summary>User and system time of the process's living threads, in milliseconds.</summary>
    public static double OfProcess(int pid)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{pid}/task").Sum(Nanoseconds) / 1e6;
        }
        catch (DirectoryNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>
    /// The same for a process and its direct children, those that ended meanwhile included (to 10 ms in total): a postmaster and
    /// its backends.
    /// </summary>
    public static double OfFamily(int pid)
    {
        // Fields 16 and 17 of stat, in ticks of 10 ms: the children that were waited for.
        var ended = Fields(pid)[13..15].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) * 10;
        return ended + OfProcess(pid) + Children(pid).Sum(OfProcess);
    }

    /// <summary>This process's own time; exact also when threads have ended meanwhile.</summary>
    public static double Own() => Environment.CpuUsage.TotalTime.TotalMilliseconds;

    /// <summary>The process whose command line holds the text; null when there is none.</summary>
    public static int? Find(string commandLinePart) => Processes()
        .Where(pid => Read($"/proc/{pid}/cmdline").Contains(commandLinePart, StringComparison.Ordinal))
        .Select(pid => (int?)pid)
        .FirstOrDefault();

    private static IEnumerable<int> Children(int parent)
        => Processes().Where(pid => Fields(pid) is [_, var of, ..] && of == parent.ToString(CultureInfo.InvariantCulture));

    // The fields of /proc/PID/stat from the third, the state, on: the name before it may hold spaces.
    private static string[] Fields(int pid)
    {
        var stat = Read($"/proc/{pid}/stat");
        return stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0);

    private static double Nanoseconds(string task)
    {
        var text = Read(task + "/schedstat");
        return text.Length == 0 ? 0 : double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    // Processes and threads may end between the listing and the look.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
