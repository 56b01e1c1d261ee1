using System.Net;
using System.Net.Sockets;
using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Process;

namespace Almanac.Benchmarks;

/// <summary>Debian's prometheus-postgres-exporter on a free loopback port, with its shipped queries corrected for PostgreSQL 13 and later.</summary>
internal sealed class ExporterProcess : IAsyncDisposable
{
    private const string Program = "prometheus-postgres-exporter";
    private const string ShippedQueries = "/usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml";

    // The shipped file knows tables but no indexes; the comparison is over the same rows.
    private const string IndexQuery = """

        pg_stat_user_indexes:
          query: "SELECT current_database() datname, schemaname, relname, indexrelname, idx_scan, pg_relation_size(indexrelid) as bytes FROM pg_stat_user_indexes"
          metrics:
            - datname:
                usage: "LABEL"
                description: "Database"
            - schemaname:
                usage: "LABEL"
                description: "Schema"
            - relname:
                usage: "LABEL"
                description: "Table"
            - indexrelname:
                usage: "LABEL"
                description: "Index"
            - idx_scan:
                usage: "COUNTER"
                description: "Scans"
            - bytes:
                usage: "GAUGE"
                description: "Size"

        """;

    private readonly CancellationTokenSource stop;
    private readonly Task<ToolResult> running;
    private readonly HttpClient http;
    private readonly string folder;

    private ExporterProcess(CancellationTokenSource stop, Task<ToolResult> running, HttpClient http, string folder)
        => (this.stop, this.running, this.http, this.folder) = (stop, running, http, folder);

    /// <summary>The exporter's process id.</summary>
    public int Pid { get; private set; }

    public static async Task<ExporterProcess> StartAsync(ConnectionTarget target, CancellationToken cancellation)
    {
        if (!File.Exists(ShippedQueries))
        {
            throw new AlmanacException(
                ExitCode.PrerequisiteMissing,
                $"The exporter's example queries are not at {ShippedQueries}.",
                "Start through benchmarks/run, which installs the package; an image that strips documentation needs it reinstalled.");
        }

        var folder = Directory.CreateTempSubdirectory("almanac-exporter").FullName;
        var queries = Path.Combine(folder, "queries.yaml");
        await File.WriteAllTextAsync(queries, Corrected(await File.ReadAllTextAsync(ShippedQueries, cancellation)) + IndexQuery, cancellation);
        var address = $"127.0.0.1:{FreePort()}";
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = ToolClient.RunAsync(
            Program,
            ["--web.listen-address=" + address, "--extend.query-path=" + queries],
            TimeSpan.FromHours(1),
            stop.Token,
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DATA_SOURCE_NAME"] = $"host={target.Hosts[0]} port={target.Ports[0]} user={target.User} password={target.Password} dbname={target.Database} sslmode=disable",
            });
        var exporter = new ExporterProcess(stop, running, new HttpClient { BaseAddress = new Uri($"http://{address}"), Timeout = TimeSpan.FromSeconds(60) }, folder);
        try
        {
            await exporter.AwaitStartAsync(address, cancellation);
            return exporter;
        }
        catch
        {
            await exporter.DisposeAsync();
            throw;
        }
    }

    /// <summary>One scrape: the number of series that name a statement's calls, a table's scans, an index's scans, all series, and bytes.</summary>
    public async Task<Scrape> ScrapeAsync(CancellationToken cancellation)
    {
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellation);
        var (statements, tables, indexes, all) = (0, 0, 0, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            statements += line.StartsWith("pg_stat_statements_calls{") ? 1 : 0;
            tables += line.StartsWith("pg_stat_user_tables_seq_scan{") ? 1 : 0;
            indexes += line.StartsWith("pg_stat_user_indexes_idx_scan{") ? 1 : 0;
            all += line.Length > 0 && line[0] != '#' ? 1 : 0;
        }

        return new Scrape(statements, tables, indexes, all, text.Length);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (Exception e) when (e is OperationCanceledException or AlmanacException)
        {
            // Stopped as asked, or never started: the caller knows already.
        }

        http.Dispose();
        stop.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Corrected(string queries)
    {
        var corrected = queries;
        foreach (var column in (string[])["total", "min", "max", "mean", "stddev"])
        {
            corrected = corrected.Replace($" {column}_time / 1000", $" {column}_exec_time / 1000", StringComparison.Ordinal);
        }

        return corrected;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AwaitStartAsync(string address, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (running.IsCompleted)
            {
                var result = await running;
                throw new AlmanacException(ExitCode.ToolFailed, $"{Program} ended with code {result.ExitCode}: {result.Error.Trim()}");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri("/", UriKind.Relative), cancellation);
                Pid = CpuReader.Find("--web.listen-address=" + address) ?? throw new AlmanacException(ExitCode.ToolFailed, $"{Program} answers but is not listed in /proc.");
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
            }
        }

        throw new AlmanacException(ExitCode.ToolFailed, $"{Program} did not answer within 10 s.");
    }
}

/// <summary>What one scrape of the exporter returned.</summary>
internal sealed record Scrape(int Statements, int Tables, int Indexes, int Series, int Bytes);
