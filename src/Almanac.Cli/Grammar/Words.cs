using System.Text.Json;
using Almanac.Config;
using Almanac.Model;

namespace Almanac.Cli.Grammar;

/// <summary>Enum values as the command line and the documents write them: kebab case.</summary>
internal static class Words
{
    /// <summary>For example <c>scale-in</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>All values, for help texts: <c>deploy|ddl|...</c>.</summary>
    public static string All<T>()
        where T : struct, Enum => string.Join('|', Enum.GetValues<T>().Select(Of));

    /// <summary>The value that a word names.</summary>
    /// <exception cref="AlmanacException">Exit code 2, with the nearest word.</exception>
    public static T Parse<T>(string option, string word)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == word)
            {
                return value;
            }
        }

        var known = Enum.GetValues<T>().Select(Of).ToList();
        throw new AlmanacException(
            ExitCode.Usage,
            $"{option} does not know '{word}'.",
            Nearest.To(word, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"It takes one of {string.Join(", ", known)}.");
    }
}
