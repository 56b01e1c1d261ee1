using System.Globalization;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Benchmarks;

/// <summary>
/// What one snapshot costs, against what Debian's prometheus-postgres-exporter costs for the same rows: CPU of the client and of
/// the server, in alternating rounds of one run.
/// </summary>
internal static class SnapshotBenchmark
{
    private const double ClientGoal = 20;
    private const double ServerGoal = 4;

    // As a scheduler runs it.
    private static readonly SnapshotIntervals Scheduled = new() { Slow = Duration.FromMinutes(10), Texts = Duration.FromMinutes(10) };

    private const int SnapshotsPerRound = 20;
    private const int ScrapesPerRound = 5;

    public static async Task<ExitCode> RunAsync(int rounds, TextWriter output, TextWriter progress, CancellationToken cancellation)
    {
        await progress.WriteLineAsync($"Creating {SnapshotScene.Tables} tables, {SnapshotScene.Indexes} indexes, {SnapshotScene.Statements} statements ...");
        var (cluster, target) = await SnapshotScene.CreateAsync(cancellation);
        await using var closing = cluster;
        await using var exporter = await ExporterProcess.StartAsync(target.Target, cancellation);
        await using var reader = await SnapshotReader.OpenAsync(target.Target, "benchmark", cancellation, intervals: Scheduled);
        var server = cluster.PostmasterPid;

        await progress.WriteLineAsync("Warming up ...");
        var snapshot = await reader.ReadAsync(cancellation);
        var scrape = await exporter.ScrapeAsync(cancellation);
        for (var i = 0; i < 40; i++)
        {
            await reader.ReadAsync(cancellation);
        }

        Check(snapshot, scrape);
        var ours = new List<Cost>();
        var theirs = new List<Cost>();
        for (var round = 1; round <= rounds; round++)
        {
            await progress.WriteLineAsync($"Round {round} of {rounds} ...");
            ours.Add(await MeasureAsync(CpuReader.Own, server, SnapshotsPerRound, () => reader.ReadAsync(cancellation)));
            theirs.Add(await MeasureAsync(() => CpuReader.OfProcess(exporter.Pid), server, ScrapesPerRound, () => exporter.ScrapeAsync(cancellation)));
        }

        var textLength = reader.Known.Values.OfType<string>().Average(text => text.Length);
        return await ReportAsync(ours, theirs, snapshot, scrape, textLength, output);
    }

    private static async Task<Cost> MeasureAsync<T>(Func<double> client, int server, int times, Func<Task<T>> act)
    {
        var (clientBefore, serverBefore) = (client(), CpuReader.OfFamily(server));
        for (var i = 0; i < times; i++)
        {
            await act();
        }

        // The client is read first: reading the server's counters is work of this process.
        var clientAfter = client();
        return new Cost((clientAfter - clientBefore) / times, (CpuReader.OfFamily(server) - serverBefore) / times);
    }

    private static void Check(ServerSnapshot snapshot, Scrape scrape)
    {
        var complete = snapshot.Relations.Count == SnapshotScene.Tables && snapshot.Indexes.Count == SnapshotScene.Indexes
            && snapshot.Statements!.Count >= SnapshotScene.Statements
            && scrape.Tables == SnapshotScene.Tables && scrape.Indexes == SnapshotScene.Indexes && scrape.Statements >= SnapshotScene.Statements;
        if (!complete)
        {
            throw new AlmanacException(
                ExitCode.Inconclusive,
                $"The two did not read the same rows: {snapshot.Relations.Count}/{snapshot.Indexes.Count}/{snapshot.Statements?.Count} tables/indexes/statements against {scrape.Tables}/{scrape.Indexes}/{scrape.Statements}.",
                "The exporter's version may differ; its own log tells which query failed.");
        }
    }

    private static async Task<ExitCode> ReportAsync(List<Cost> ours, List<Cost> theirs, ServerSnapshot snapshot, Scrape scrape, double textLength, TextWriter output)
    {
        var clientRatio = theirs.Min(c => c.ClientMs) / ours.Min(c => c.ClientMs);
        var serverRatio = theirs.Min(c => c.ServerMs) / ours.Min(c => c.ServerMs);
        await output.WriteLineAsync($"""
            One snapshot: {snapshot.Relations.Count} tables, {snapshot.Indexes.Count} indexes, {snapshot.Statements!.Count} statements. CPU in ms, user + system, {ours.Count} alternating rounds.
            Statement texts: {Number(textLength)} characters on average. The exporter returns {scrape.Series} series, {Number(scrape.Bytes / 1e6)} MB.

            {"",-32}{"client min",12}{"median",10}{"server min",12}{"median",10}
            {"almanac",-32}{Row(ours)}
            {"prometheus-postgres-exporter",-32}{Row(theirs)}
            {"ratio",-32}{Number(clientRatio) + "x",12}{Number(Median(theirs, c => c.ClientMs) / Median(ours, c => c.ClientMs)) + "x",10}{Number(serverRatio) + "x",12}{Number(Median(theirs, c => c.ServerMs) / Median(ours, c => c.ServerMs)) + "x",10}

            goal: client {ClientGoal}x {(clientRatio >= ClientGoal ? "reached" : "missed")}, server {ServerGoal}x {(serverRatio >= ServerGoal ? "reached" : "missed")} (ratio of the minima)
            """);
        return clientRatio >= ClientGoal && serverRatio >= ServerGoal ? ExitCode.Done : ExitCode.BelowThreshold;
    }

    private static string Row(List<Cost> costs)
        => $"{Number(costs.Min(c => c.ClientMs)),12}{Number(Median(costs, c => c.ClientMs)),10}{Number(costs.Min(c => c.ServerMs)),12}{Number(Median(costs, c => c.ServerMs)),10}";

    private static double Median(List<Cost> costs, Func<Cost, double> of)
    {
        var sorted = costs.Select(of).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>CPU of one snapshot, in milliseconds.</summary>
    private sealed record Cost(double ClientMs, double ServerMs);
}
