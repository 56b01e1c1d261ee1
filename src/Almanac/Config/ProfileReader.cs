using Almanac.Calendars;
using Almanac.Model;

namespace Almanac.Config;

/// <summary>Reads a calendar profile folder: <c>profile.yaml</c> and <c>regions/*.yaml</c>.</summary>
public static class ProfileReader
{
    /// <summary>The profile.</summary>
    /// <exception cref="AlmanacException">ConfigurationInvalid, with every problem of every file and its line.</exception>
    public static CalendarProfile Load(string folder)
    {
        var main = Path.Combine(folder, "profile.yaml");
        if (!File.Exists(main))
        {
            throw new AlmanacException(ExitCode.ConfigurationInvalid, $"There is no calendar profile at {main}.", "Name a shipped profile or a folder with a profile.yaml by calendar.profile.");
        }

        var regionFolder = Path.Combine(folder, "regions");
        IEnumerable<string> regionFiles = Directory.Exists(regionFolder)
            ? Directory.EnumerateFiles(regionFolder, "*.yaml").Order(StringComparer.Ordinal)
            : [];
        var problems = new List<ConfigProblem>();
        var profile = ProfileParser.Parse(Read(main), [.. regionFiles.Select(Read)], problems);
        ConfigProblems.ThrowIfAny($"The calendar profile {folder}", problems);
        return profile!;
    }

    /// <summary>The folder of a profile: a path to one as it is, a bare name below the first of the folders that has it.</summary>
    /// <exception cref="AlmanacException">ConfigurationInvalid, naming the profiles that there are.</exception>
    public static string Locate(string nameOrPath, IReadOnlyList<string> folders)
    {
        if (nameOrPath.Contains('/', StringComparison.Ordinal) || File.Exists(Path.Combine(nameOrPath, "profile.yaml")))
        {
            return Path.GetFullPath(nameOrPath);
        }

        var names = folders.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(Path.GetFileName).OfType<string>();
        return folders.Select(f => Path.Combine(f, nameOrPath)).FirstOrDefault(Directory.Exists)
            ?? throw new AlmanacException(
                ExitCode.ConfigurationInvalid,
                $"There is no calendar profile '{nameOrPath}'{Nearest.Hint(nameOrPath, names)}",
                "calendar.profile takes a shipped name or the path of a profile folder.");
    }

    private static (string File, string Text) Read(string path)
    {
        try
        {
            return (path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AlmanacException(ExitCode.ConfigurationInvalid, $"{path} cannot be read: {e.Message}", inner: e);
        }
    }
}
