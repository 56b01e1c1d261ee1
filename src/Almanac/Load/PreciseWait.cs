using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Almanac.Load;

/// <summary>Waits on the monotonic clock to within some ten microseconds, without spinning; the runtime's own timers know milliseconds only.</summary>
internal static class PreciseWait
{
    private const int Monotonic = 1;
    private const int SetTimerSlack = 29;
    private const long LongestNanoseconds = 50_000_000;

    /// <summary>Asks the kernel not to coalesce this thread's wake-ups (its default lets them be 50 microseconds late).</summary>
    public static void PrepareThread() => _ = PrCtl(SetTimerSlack, 1, 0, 0, 0);

    /// <summary>Returns at a <see cref="Stopwatch"/> timestamp, or, within 50 ms, on cancellation.</summary>
    public static void Until(long timestamp, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp) is { Ticks: > 0 } left)
        {
            var nanoseconds = Math.Min(LongestNanoseconds, left.Ticks * 100);
            var request = new TimeSpec(0, (nint)nanoseconds);
            _ = ClockNanoSleep(Monotonic, 0, in request, 0);
        }
    }

    [DllImport("libc", EntryPoint = "clock_nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockNanoSleep(int clock, int flags, in TimeSpec request, nint remaining);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int PrCtl(int option, nuint argument, nuint unused1, nuint unused2, nuint unused3);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec(nint seconds, nint nanoseconds)
    {
        private readonly nint seconds = seconds;
        private readonly nint nanoseconds = nanoseconds;
    }
}
