using System.CommandLine;
using Almanac.Config;
using Almanac.Model;

namespace Almanac.Cli.Grammar;

/// <summary>Says what is wrong with a command line: the first problem, in a sentence, with the nearest thing that exists.</summary>
internal static class UsageErrors
{
    public static AlmanacException For(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = Path(parsed);
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            return unknown.StartsWith('-') ? UnknownOption(parsed, unknown, path) : UnknownWord(command, unknown, path);
        }

        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            return Usage($"`{path}` needs a verb: {string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}.", $"`{path} --help` explains them.");
        }

        var message = parsed.Errors is [var first, ..] ? first.Message.TrimEnd('.') : "The command line could not be understood";
        return Usage($"{message}.", $"`{path} --help` shows how it is used.");
    }

    private static AlmanacException UnknownOption(ParseResult parsed, string unknown, string path)
    {
        var name = unknown.Split('=')[0];
        var known = Lineage(parsed).SelectMany((c, i) => c.Options.Where(o => i == 0 || o.Recursive)).Where(o => !o.Hidden).SelectMany(o => (string[])[o.Name, .. o.Aliases]);
        return Usage($"`{path}` has no option '{name}'.", DidYouMean(name, known, path));
    }

    private static AlmanacException UnknownWord(Command command, string unknown, string path)
        => command.Subcommands.Count > 0
            ? Usage($"`{path}` has no verb '{unknown}'.", DidYouMean(unknown, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name), path))
            : Usage($"`{path}` does not take '{unknown}'.", $"`{path} --help` shows how it is used.");

    private static string DidYouMean(string typed, IEnumerable<string> known, string path)
        => Nearest.To(typed, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"`{path} --help` lists what there is.";

    private static string Path(ParseResult parsed)
        => string.Join(' ', (string[])["almanac", .. Lineage(parsed).Reverse().Skip(1).Select(c => c.Name)]);

    /// <summary>The command and what it is part of, innermost first.</summary>
    private static IEnumerable<Command> Lineage(ParseResult parsed)
    {
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            yield return result.Command;
        }
    }

    private static AlmanacException Usage(string sentence, string hint) => new(ExitCode.Usage, sentence, hint);
}
