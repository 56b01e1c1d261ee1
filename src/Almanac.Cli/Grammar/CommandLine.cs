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

    public RootCommand Root { get; } = new("Almanac keeps PostgreSQL fast: it observes, proposes, asks the calendar, acts, measures, and keeps a ledger.");

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

        foreach (var option in line.Root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
            {
                option.Action = new HelpWithExamples(help);
            }
            else if (option is VersionOption)
            {
                option.Action = new PrintVersion();
            }
        }

        foreach (var entry in Verbs.All)
        {
            line.Root.Subcommands.Add(wanted(entry.Name) ? entry.Build(line) : new Command(entry.Name, entry.Description));
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
