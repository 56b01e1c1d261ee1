using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Almanac.Cli.Grammar;

/// <summary>The generated help, followed by the verb's examples.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    /// <summary>Columns that the help is wrapped at, whatever the terminal, so that the reference page is the same everywhere.</summary>
    public const int Width = 120;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        inner.MaxWidth = Width;
        var code = inner.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples)
            {
                output.WriteLine($"  # {example.Answers}");
                output.WriteLine($"  almanac {example.Line}");
            }

            output.WriteLine();
        }

        return code;
    }
}
