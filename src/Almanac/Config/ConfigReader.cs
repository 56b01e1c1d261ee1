using Almanac.Model;

namespace Almanac.Config;

/// <summary>Finds the configuration files and reads them, with the variables and flags, into a record of <c>&lt;Word&gt;Config</c> records.</summary>
public static class ConfigReader
{
    private const string FileName = "almanac.yaml";

    /// <summary>The configuration in force.</summary>
    /// <param name="folder">The working directory, whose <c>almanac.yaml</c> counts most of the files.</param>
    /// <param name="variables">The process's variables.</param>
    /// <param name="flags">Values of the command line by key path, for example <c>target</c>.</param>
    /// <param name="file">A file that must exist and stands in for the one in the working directory.</param>
    /// <exception cref="AlmanacException">ConfigurationInvalid, with every problem of every source.</exception>
    public static BoundConfig<T> Read<T>(
        string folder, IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, string>? flags = null, string? file = null)
        where T : class, new()
    {
        var bound = Inspect<T>(folder, variables, flags, file);
        ConfigProblems.ThrowIfAny("The configuration", bound.Problems);
        return bound;
    }

    /// <summary>The same, with the problems as values.</summary>
    public static BoundConfig<T> Inspect<T>(
        string folder, IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, string>? flags = null, string? file = null)
        where T : class, new()
    {
        List<(string File, string Text)> files = [];
        List<ConfigProblem> problems = [];
        foreach (var (path, shown) in Candidates(folder, variables, file))
        {
            try
            {
                if (file is not null && shown == file || File.Exists(path))
                {
                    files.Add((shown, File.ReadAllText(path)));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(new ConfigProblem(shown, 0, "cannot be read: " + e.Message));
            }
        }

        var bound = ConfigBinder.Bind<T>(new ConfigSources { Flags = flags ?? new Dictionary<string, string>(), Variables = variables, Files = files });
        return bound with { Problems = ConfigProblems.Ordered([.. problems, .. bound.Problems]) };
    }

    private static IEnumerable<(string Path, string Shown)> Candidates(string folder, IReadOnlyDictionary<string, string> variables, string? file)
    {
        yield return file is not null ? (Path.Combine(folder, file), file) : (Path.Combine(folder, FileName), FileName);
        var own = variables.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } configured ? configured
            : variables.GetValueOrDefault("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config")
            : null;
        if (own is not null)
        {
            var path = Path.Combine(own, "almanac", FileName);
            yield return (path, path);
        }

        var shared = Path.Combine("/etc/almanac", FileName);
        yield return (shared, shared);
    }
}
