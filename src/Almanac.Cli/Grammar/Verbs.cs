using Almanac.Cli.Commands;

namespace Almanac.Cli.Grammar;

/// <summary>One word of the grammar: cheap to list, built only when it is used.</summary>
internal sealed record VerbEntry(string Name, string Description, Func<CommandLine, Verb> Build);

/// <summary>The table of verbs, in the order in which the help lists them.</summary>
internal static class Verbs
{
    public static IReadOnlyList<VerbEntry> All { get; } =
    [
        new("init", InitCommand.Description, InitCommand.Build),
        new("doctor", DoctorCommand.Description, DoctorCommand.Build),
    ];
}
