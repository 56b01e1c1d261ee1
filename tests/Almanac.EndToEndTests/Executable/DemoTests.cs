using System.Text.Json;
using Almanac.Embedded;
using Shouldly;

namespace Almanac.EndToEndTests.Executable;

/// <summary>The guided run as a new user starts it, in a folder of its own.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly string root = $"/var/tmp/almanac-e2e-{Guid.NewGuid():N}"[..30];
    private readonly string report = Path.Combine(Path.GetTempPath(), $"almanac-demo-{Guid.NewGuid():N}.html");

    private Dictionary<string, string> Environment => new(StringComparer.Ordinal) { ["ALMANAC_EMBEDDED_ROOT"] = root };

    [Fact]
    public async Task The_guided_run_makes_all_four_classes_cheaper_refuses_on_saturday_undoes_the_bad_advice_and_leaves_nothing()
    {
        await using var demo = AlmanacProcess.Start(Environment, "demo", "-o", "json", "--report", report);

        (await demo.WaitAsync()).ShouldBe(0, demo.Output + demo.Error);

        var result = JsonDocument.Parse(demo.Output).RootElement;
        var classes = result.GetProperty("classes").EnumerateArray().ToList();
        classes.Select(c => c.GetProperty("name").GetString()).ShouldBe(["search", "booking", "payment", "guests"]);
        classes.ShouldAllBe(c => c.GetProperty("cpuGain").GetDouble() >= 20);
        result.GetProperty("saturday").GetProperty("exitCode").GetString().ShouldBe("refused");
        result.GetProperty("saturday").GetProperty("changes").EnumerateArray().ShouldAllBe(c => c.GetProperty("status").GetString() == "refused");
        result.GetProperty("bad").GetProperty("changes")[0].GetProperty("verification").GetProperty("outcome").GetString().ShouldBe("rolled-back");
        var page = await File.ReadAllTextAsync(report);
        page.ShouldContain("<svg");
        page.ShouldNotContain("http://");
        new EmbeddedRegistry(root).List().ShouldBeEmpty();
        Directory.Exists(root).ShouldBeTrue();
        Directory.EnumerateFileSystemEntries(root).ShouldBeEmpty();
    }

    [Fact]
    public async Task Ctrl_C_stops_the_server_and_removes_everything()
    {
        await using var demo = AlmanacProcess.Start(Environment, "demo", "--scale", "0.02", "--report", report);
        for (var i = 0; i < 600 && !demo.Error.Contains("Measure:", StringComparison.Ordinal); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }

        demo.Error.ShouldContain("Measure:");
        demo.Interrupt();

        (await demo.WaitAsync()).ShouldBe(130, demo.Error);
        Directory.EnumerateFileSystemEntries(root).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kept_copy_runs_under_a_trickle_until_it_is_stopped()
    {
        await using var keep = AlmanacProcess.Start(Environment, "demo", "--keep", "--only-keep", "--scale", "0.02", "-o", "json");
        (await keep.WaitAsync()).ShouldBe(0, keep.Error);
        var uri = JsonDocument.Parse(keep.Output).RootElement.GetProperty("uri").GetString().ShouldNotBeNull();
        var companion = new EmbeddedRegistry(root).List().ShouldHaveSingleItem().Companion.ShouldNotBeNull();
        companion.IsAlive().ShouldBeTrue();

        await using var saturday = AlmanacProcess.Start(Environment, "tune", "--db", uri, "--apply", "--at", "2027-06-19T14:00:00Z");
        (await saturday.WaitAsync()).ShouldBe(20, saturday.Error);
        saturday.Output.ShouldContain("next opening: 2027-06-21T04:00:00Z");

        await using var stop = AlmanacProcess.Start(Environment, "demo", "--stop");
        (await stop.WaitAsync()).ShouldBe(0, stop.Error);
        companion.IsAlive().ShouldBeFalse();
        Directory.EnumerateFileSystemEntries(root).ShouldBeEmpty();
    }

    public void Dispose()
    {
        File.Delete(report);
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
