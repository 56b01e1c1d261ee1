using Almanac.Cli.Commands;

namespace Almanac.Cli.Grammar;

/// <summary>One word of the grammar: cheap to list, built only when it is used.</summary>
internal sealed record VerbEntry(string Name, string Description, Func<CommandLine, Verb> Build)
{
    /// <summary>Left out of the help and the reference.</summary>
    public bool Hidden { get; init; }
}

/// <summary>The table of verbs, in the order in which the help lists them.</summary>
internal static class Verbs
{
    public static IReadOnlyList<VerbEntry> All { get; } =
    [
        new("demo", DemoCommand.Description, DemoCommand.Build),
        new("tune", TuneCommand.Description, TuneCommand.Build),
        new("init", InitCommand.Description, InitCommand.Build),
        new("doctor", DoctorCommand.Description, DoctorCommand.Build),
        new("status", StatusCommand.Description, StatusCommand.Build),
        new("observe", ObserveCommand.Description, ObserveCommand.Build),
        new("advise", AdviseCommand.Description, AdviseCommand.Build),
        new("change", ChangeCommand.Description, ChangeCommand.Build),
        new("guard", GuardCommand.Description, GuardCommand.Build),
        new("audit", AuditCommand.Description, AuditCommand.Build),
        new("config", ConfigCommand.Description, ConfigCommand.Build),
        new("docs", DocsCommand.Description, DocsCommand.Build) { Hidden = true },
    ];
}
