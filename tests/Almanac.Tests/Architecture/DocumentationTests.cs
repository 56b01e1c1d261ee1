using System.Text.RegularExpressions;
using Almanac.Cli;
using Almanac.Cli.Commands;
using Almanac.Model;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Architecture;

/// <summary>What the documents say of the code is true.</summary>
public sealed class DocumentationTests
{
    private static string Root { get; } = FindRoot();

    [Fact]
    public void Paths_named_in_where_do_I_change_X_exist()
    {
        var table = File.ReadAllText(Path.Combine(Root, "ARCHITECTURE.md")).Split("## Where do I change X")[1].Split("\n## ")[0];
        var paths = Regex.Matches(table, "`((?:src|samples|profiles|docs|tests|deploy)/[^`*<]+)`", RegexOptions.NonBacktracking).Select(m => m.Groups[1].Value).Distinct().ToList();
        paths.ShouldNotBeEmpty();
        paths.Where(p => !Path.Exists(Path.Combine(Root, p))).ShouldBeEmpty();
    }

    [Fact]
    public void Each_exit_code_is_documented()
    {
        var page = File.ReadAllText(Path.Combine(Root, "docs/reference/exit-codes.md"));
        foreach (var code in Enum.GetValues<ExitCode>())
        {
            page.ShouldContain($"| {(int)code} | {code} |");
        }
    }

    [Fact]
    public void The_generated_reference_pages_are_fresh()
    {
        var context = new CliContext
        {
            Args = [], Out = TextWriter.Null, Error = TextWriter.Null, Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            WorkingFolder = Root, BaseFolder = AppContext.BaseDirectory, Clock = TimeProvider.System,
        };
        foreach (var (name, text) in DocsCommand.Pages(context))
        {
            var file = Path.Combine(Root, "docs/reference", name);
            File.Exists(file).ShouldBeTrue($"docs/reference/{name} is missing: run `./almanac docs docs/reference`");
            (File.ReadAllText(file) == text).ShouldBeTrue($"docs/reference/{name} is stale: run `./almanac docs docs/reference`");
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Almanac.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run from within the repository.");
    }
}
