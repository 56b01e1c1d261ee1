using Almanac.Calendars;
using Almanac.Config;

namespace Almanac.Tests.Guard;

/// <summary>The shipped profile, found from the test's own folder upwards.</summary>
internal static class WeddingProfile
{
    public static string Folder { get; } = Find();

    public static CalendarProfile Profile { get; } = ProfileReader.Load(Folder);

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Almanac.slnx")))
            {
                return Path.Combine(folder, "profiles", "wedding");
            }
        }

        throw new DirectoryNotFoundException("profiles/wedding is not above the tests.");
    }
}
