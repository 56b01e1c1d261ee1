using Almanac.Model;

namespace Almanac.Config;

/// <summary>Reads a service out of a libpq service file (<c>[name]</c>, then <c>key=value</c> lines).</summary>
internal static class ServiceFile
{
    /// <summary>The parameters of the service, or null when the file does not have it.</summary>
    /// <exception cref="AlmanacException">ConfigurationInvalid, with file and line.</exception>
    public static IReadOnlyDictionary<string, string>? Find(string file, string text, string service)
    {
        Dictionary<string, string>? found = null;
        var inside = false;
        foreach (var (number, line) in text.Split('\n').Select((l, i) => (i + 1, l.Trim())).Where(l => l.Item2.Length > 0 && l.Item2[0] != '#'))
        {
            if (line[0] == '[')
            {
                if (found is not null)
                {
                    return found;
                }

                inside = line == $"[{service}]";
                found = inside ? new Dictionary<string, string>() : null;
                continue;
            }

            if (!inside)
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? string.Empty : line[..equals].Trim();
            if (equals < 0)
            {
                throw Invalid(file, number, "a line without '='");
            }

            if (name == "service")
            {
                throw Invalid(file, number, "a service cannot name another service");
            }

            if (!ConnectionParameters.ByName.ContainsKey(name))
            {
                throw Invalid(file, number, $"unknown parameter '{name}'{Nearest.Hint(name, ConnectionParameters.ByName.Keys)}");
            }

            found!.TryAdd(name, line[(equals + 1)..].Trim());
        }

        return found;
    }

    /// <summary>The names of the services in the file.</summary>
    public static IEnumerable<string> Names(string text)
        => text.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith('[') && l.EndsWith(']')).Select(l => l[1..^1]);

    private static AlmanacException Invalid(string file, int line, string what)
        => new(ExitCode.ConfigurationInvalid, new ConfigProblem(file, line, what).ToString());
}
