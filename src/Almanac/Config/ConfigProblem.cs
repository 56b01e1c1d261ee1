using Almanac.Model;

namespace Almanac.Config;

/// <summary>One thing wrong with a configuration or profile file, and where; line 0 when it is not about a line.</summary>
public sealed record ConfigProblem(string File, int Line, string Text)
{
    /// <summary><c>file:line: text</c>.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Text}" : $"{File}: {Text}";
}

/// <summary>Reports all problems at once.</summary>
public static class ConfigProblems
{
    /// <summary>File by file in the order in which they were read, by line.</summary>
    public static IReadOnlyList<ConfigProblem> Ordered(IEnumerable<ConfigProblem> problems)
        => [.. problems.GroupBy(p => p.File).SelectMany(g => g.OrderBy(p => p.Line))];

    /// <summary>Throws when there are problems; the message lists every one on a line of its own, in the order of the files and lines.</summary>
    /// <exception cref="AlmanacException">ConfigurationInvalid.</exception>
    public static void ThrowIfAny(string what, IReadOnlyCollection<ConfigProblem> problems)
    {
        if (problems.Count == 0)
        {
            return;
        }

        var count = problems.Count == 1 ? "1 problem" : $"{problems.Count} problems";
        throw new AlmanacException(
            ExitCode.ConfigurationInvalid,
            $"{what} is invalid ({count}):\n{string.Join('\n', Ordered(problems).Select(p => "  " + p))}",
            "Nothing was done; correct the lines named above.");
    }
}
