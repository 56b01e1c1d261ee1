using System.CommandLine;
using Almanac.Model;

namespace Almanac.Cli.Grammar;

/// <summary>One example of the help: the command line after <c>almanac</c>, and what it answers.</summary>
internal sealed record Example(string Line, string Answers);

/// <summary>A command with examples in its help.</summary>
internal sealed class Verb : Command
{
    public Verb(string name, string description, params Example[] examples)
        : base(name, description) => Examples = examples;

    public IReadOnlyList<Example> Examples { get; }

    /// <summary>Sets what the verb does; the answer is its exit code.</summary>
    public Verb Runs(CommandLine line, Func<VerbRun, CancellationToken, Task<ExitCode>> body)
    {
        SetAction(async (parsed, cancellation) => (int)await body(new VerbRun(line, parsed), cancellation));
        return this;
    }

    /// <summary>Adds options and arguments in the order in which the help lists them.</summary>
    public Verb With(params Symbol[] symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Option option:
                    Options.Add(option);
                    break;
                case Argument argument:
                    Arguments.Add(argument);
                    break;
                case Command command:
                    Subcommands.Add(command);
                    break;
            }
        }

        return this;
    }
}
