using System.Diagnostics;
using System.Text.RegularExpressions;
using Shouldly;

namespace Almanac.EndToEndTests.Executable;

/// <summary>docs/tutorial.md is run as a reader would: block after block, in one folder, each ending with the code that it states.</summary>
public sealed partial class TutorialTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    private readonly string folder = Directory.CreateTempSubdirectory("almanac-tutorial-").FullName;

    // Private clusters of its own, so that ending them ends nobody else's; short, since a socket's path is, and passable for the server's user.
    private readonly string clusters = $"/var/tmp/at-{Environment.ProcessId}";

    public TutorialTests()
    {
        Directory.CreateDirectory(
            clusters,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.CreateSymbolicLink(Path.Combine(folder, "almanac"), Path.Combine(AlmanacProcess.RepositoryRoot(), "almanac"));
    }

    [Fact]
    public async Task Each_block_of_the_tutorial_ends_with_the_code_that_it_states()
    {
        var blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(AlmanacProcess.RepositoryRoot(), "docs/tutorial.md"), TestContext.Current.CancellationToken));
        blocks.Count.ShouldBeGreaterThan(10);
        try
        {
            foreach (var block in blocks)
            {
                var (code, text) = await RunAsync(block);
                code.ShouldBe(StatedCode(block), $"{block}\n{text}");
            }

            Directory.EnumerateFileSystemEntries(clusters).ShouldBeEmpty("the tutorial's last block leaves nothing behind");
        }
        finally
        {
            await RunAsync("./almanac demo --stop");
        }
    }

    [Fact]
    public void A_block_states_its_code_in_a_comment_and_otherwise_ends_with_0()
    {
        var blocks = Blocks("text\n\n```sh\n./a\n./b   # exit 21\n```\n\n```\noutput # exit 1\n```\n\n```sh\n./c\n```\n");
        blocks.ShouldBe(["./a\n./b   # exit 21\n", "./c\n"]);
        blocks.Select(StatedCode).ShouldBe([21, 0]);
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        Directory.Delete(clusters, recursive: true);
    }

    private static IReadOnlyList<string> Blocks(string page) => [.. ShellBlock().Matches(page).Select(m => m.Groups[1].Value)];

    private static int StatedCode(string block) => CodeComment().Match(block) is { Success: true } stated ? int.Parse(stated.Groups[1].Value) : 0;

    /// <summary>Runs one block in a bash of its own that takes over the variables of the blocks before it.</summary>
    private async Task<(int ExitCode, string Text)> RunAsync(string block)
    {
        var script = "set -euo pipefail\n[ ! -f variables ] || . ./variables\ntrap 'export -p > variables' EXIT\nset -a\n" + block;
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        start.Environment["ALMANAC_EMBEDDED_ROOT"] = clusters;
        start.Environment["HOME"] = folder;
        start.Environment["NO_COLOR"] = "1";
        using var bash = new Process { StartInfo = start };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Longest);
#pragma warning disable RS0030 // The test plays the reader's shell.
        bash.Start();
#pragma warning restore RS0030
        try
        {
            bash.StandardInput.Close();
            var (output, error) = (bash.StandardOutput.ReadToEndAsync(limit.Token), bash.StandardError.ReadToEndAsync(limit.Token));
            await bash.WaitForExitAsync(limit.Token);
            return (bash.ExitCode, await output + await error);
        }
        finally
        {
            if (!bash.HasExited)
            {
                bash.Kill(entireProcessTree: true);
            }
        }
    }

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex("# exit ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex CodeComment();
}
