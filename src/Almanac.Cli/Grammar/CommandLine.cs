using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Almanac.Cli.Grammar;

/// <summary>The grammar of one run. Only the verbs that the arguments name are built in full; of the others name and description suffice.</summary>
internal sealed class CommandLine
{
    private CommandLine(CliContext context) => Context = context;

    public CliContext Context { get; }

    public CommonOptions Common { get; } = new();

    // Not a RootCommand, which would take its name from whatever process it runs in.
    public Verb Root { get; } = new(
        "almanac",
        "Almanac keeps PostgreSQL fast: it observes, proposes, asks the calendar, acts, measures, and keeps a ledger.",
        new Example("demo", "the whole loop on a private PostgreSQL, start to end"),
        new Example("tune --db postgresql://app@db.example/shop", "what would make this database faster? changes nothing"));

    /// <summary>The grammar for these arguments.</summary>
    public static CommandLine For(CliContext context)
    {
        var named = context.Args.ToHashSet(StringComparer.Ordinal);
        return Build(context, named.Contains);
    }

    /// <summary>The whole grammar, for the reference page.</summary>
    public static CommandLine Whole(CliContext context) => Build(context, _ => true);

    private static CommandLine Build(CliContext context, Func<string, bool> wanted)
    {
        var line = new CommandLine(context);
        foreach (var option in line.Common.All)
        {
            option.Recursive = true;
            line.Root.Options.Add(option);
        }

        var help = new HelpOption { Recursive = true };
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        line.Root.Options.Add(help);
        line.Root.Options.Add(new VersionOption { Action = new PrintVersion() });
        foreach (var entry in Verbs.All)
        {
            line.Root.Subcommands.Add(wanted(entry.Name) ? entry.Build(line) : new Command(entry.Name, entry.Description) { Hidden = entry.Hidden });
        }

        return line;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"almanac {AlmanacCli.Version}");
            return 0;
        }
    }
}
