using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac docs FOLDER</c>, for developers: writes the generated reference pages.</summary>
internal static class DocsCommand
{
    public const string Description = "Write the generated reference pages (for developers of Almanac).";

    public static Verb Build(CommandLine line)
    {
        var folder = new Argument<string>("FOLDER") { Description = "The folder, for example docs/reference." };
        var verb = new Verb("docs", Description, new Example("docs docs/reference", "after a change of the grammar or of a configuration key")) { Hidden = true };
        return verb.With(folder).Runs(line, async (run, cancellation) =>
        {
            var target = run.PathOf(run.Value(folder)!);
            foreach (var (name, text) in Pages(run.Context))
            {
                await File.WriteAllTextAsync(Path.Combine(target, name), text, cancellation);
                run.Progress.Note($"Wrote {name}.");
            }

            return ExitCode.Done;
        });
    }

    /// <summary>Every generated page by file name.</summary>
    public static IReadOnlyList<(string Name, string Text)> Pages(CliContext context) =>
    [
        ("cli.md", ReferencePages.CommandLinePage(CommandLine.Whole(context))),
        ("config.md", ReferencePages.ConfigPage()),
    ];
}
