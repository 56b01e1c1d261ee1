using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;
using Almanac.Tools.Process;
using NodaTime.Extensions;

namespace Almanac.Embedded;

/// <summary>
/// A private PostgreSQL 15 in a folder of its own: unix socket and a free loopback port, a password nobody else knows, data
/// checksums, pg_stat_statements and HypoPG. Disposing stops and removes it; after a crash the next start does.
/// </summary>
public sealed class EmbeddedCluster : IAsyncDisposable
{
    /// <summary>The superuser of every embedded cluster.</summary>
    public const string SuperUser = "postgres";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly EmbeddedRegistry registry;

    private EmbeddedCluster(EmbeddedRegistry registry, EmbeddedRecord record) => (this.registry, Record) = (registry, record);

    /// <summary>What is written about this cluster.</summary>
    public EmbeddedRecord Record { get; private set; }

    /// <summary>The postmaster's process id: the root of the server's process tree.</summary>
    public int PostmasterPid => registry.PostmasterPid(Record.Id) ?? throw new AlmanacException(
        ExitCode.ToolFailed, $"The embedded server {Record.Id} is not running.", $"Its log is {Path.Combine(Folder, "server.log")}.");

    /// <summary>The cluster's folder.</summary>
    public string Folder => registry.FolderOf(Record.Id);

    /// <summary>Removes stale clusters, then creates and starts a new one.</summary>
    /// <exception cref="AlmanacException">Exit code 12 when PostgreSQL is missing, 11 when it does not start.</exception>
    public static async Task<EmbeddedCluster> StartAsync(EmbeddedOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var programs = ServerPrograms.Find();
        var registry = new EmbeddedRegistry(options.Root);
        await registry.RemoveStaleAsync(cancellation);
        var record = new EmbeddedRecord
        {
            Id = "c" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3)),
            Purpose = options.Purpose,
            Keep = options.Keep,
            CreatedAt = clock.GetCurrentInstant(),
            Owner = ProcessIdentity.Current(),
            Port = FreePort(),
            Password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)),
            ServerUser = programs.User,
        };
        var cluster = new EmbeddedCluster(registry, record);
        try
        {
            await cluster.CreateAsync(programs, options, cancellation);
            await cluster.LaunchAsync(programs, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A database of this cluster over its unix socket, as superuser.</summary>
    public PrivateTarget Target(string database = "postgres") => TargetOf(registry, Record, database);

    /// <summary>The same for a cluster found in the registry.</summary>
    public static PrivateTarget TargetOf(EmbeddedRegistry registry, EmbeddedRecord record, string database) => new(new ConnectionTarget
    {
        Hosts = [Path.Combine(registry.FolderOf(record.Id), "s")],
        Ports = [record.Port],
        Database = database,
        User = SuperUser,
        Password = record.Password,
    });

    /// <summary>The address for a person: TCP on loopback.</summary>
    public static string UriOf(EmbeddedRecord record)
        => string.Create(CultureInfo.InvariantCulture, $"postgresql://{SuperUser}:{record.Password}@127.0.0.1:{record.Port}/{record.Database}");

    /// <summary>Names the database that a person should use.</summary>
    public void Describe(string database)
    {
        Record = Record with { Database = database };
        registry.Write(Record);
    }

    /// <summary>Creates an empty database with pg_stat_statements and HypoPG.</summary>
    public async Task<PrivateTarget> CreateDatabaseAsync(string name, CancellationToken cancellation)
    {
        await using (var server = await ScratchWriter.OpenAsync(Target(), "embedded", cancellation))
        {
            await server.ExecuteAsync($"CREATE DATABASE {SqlText.Quote(name)}", cancellation);
        }

        await using var database = await ScratchWriter.OpenAsync(Target(name), "embedded", cancellation);
        await database.ExecuteAsync("CREATE EXTENSION pg_stat_statements; CREATE EXTENSION hypopg", cancellation);
        return Target(name);
    }

    /// <summary>Stops and removes the cluster, unless it was asked to stay.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!(Record.Keep && Record.SystemIdentifier is not null))
        {
            await registry.RemoveAsync(Record, CancellationToken.None);
        }
    }

    private async Task CreateAsync(ServerPrograms programs, EmbeddedOptions options, CancellationToken cancellation)
    {
        // The parents must be passable for the server's user; the record and the data stay private by their own modes.
        const UnixFileMode passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(registry.Root, passable);
        await registry.AssureOwnAsync(cancellation);
        Directory.CreateDirectory(Folder, passable);
        registry.Write(Record);
        if (programs.User is { } user)
        {
            await CheckedAsync(ToolClient.RunAsync("chown", [user, Folder], Deadline, cancellation), "chown");
        }

        foreach (var part in (string[])["s", "data"])
        {
            await CheckedAsync(programs.RunPlainAsync("mkdir", ["-m", "0700", Path.Combine(Folder, part)], Deadline, cancellation), "mkdir");
        }

        var passwordFile = Path.Combine(Folder, "pw");
        await File.WriteAllTextAsync(passwordFile, Record.Password + "\n", cancellation);
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (programs.User is not null)
        {
            await CheckedAsync(ToolClient.RunAsync("chown", [programs.User, passwordFile], Deadline, cancellation), "chown");
        }

        var data = Path.Combine(Folder, "data");
        await CheckedAsync(
            programs.RunAsync(
                "initdb",
                ["-D", data, "-U", SuperUser, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "--pwfile", passwordFile, "--data-checksums", "--no-sync"],
                Deadline,
                cancellation),
            "initdb");
        File.Delete(passwordFile);
        await File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), Configuration(options), cancellation);
    }

    private async Task LaunchAsync(ServerPrograms programs, CancellationToken cancellation)
    {
        var log = Path.Combine(Folder, "server.log");
        var data = Path.Combine(Folder, "data");
        var start = await programs.RunAsync("pg_ctl", ["start", "-D", data, "-l", log, "-w", "-t", "40"], Deadline, cancellation);
        if (start.ExitCode != 0)
        {
            var last = File.Exists(log) ? (await File.ReadAllLinesAsync(log, cancellation)).LastOrDefault() : start.Error;
            throw new AlmanacException(ExitCode.ToolFailed, $"The embedded PostgreSQL did not start: {last?.Trim()}", $"Its log is {log}.");
        }

        await using var server = await ScratchWriter.OpenAsync(Target(), "embedded", cancellation);
        Record = Record with
        {
            SystemIdentifier = await server.ScalarAsync<string>("SELECT system_identifier::text FROM pg_control_system()", null, cancellation),
        };
        registry.Write(Record);
    }

    private string Configuration(EmbeddedOptions options)
    {
        var text = new StringBuilder("\n# Almanac\n");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = Record.Port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = Path.Combine(Folder, "s"),
            ["cluster_name"] = "almanac/" + Record.Purpose,
            ["shared_preload_libraries"] = "pg_stat_statements",
            ["shared_buffers"] = "256MB",
            ["max_connections"] = "100",
            ["track_io_timing"] = "on",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["fsync"] = options.Durable ? "on" : "off",
            ["wal_level"] = "replica",
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        foreach (var (name, value) in settings)
        {
            text.Append(name).Append(" = '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        }

        return text.ToString();
    }

    // Between this probe and the server's own bind another program may take the port: the start then fails with a clear log line.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task CheckedAsync(Task<ToolResult> running, string tool)
    {
        var result = await running;
        if (result.ExitCode != 0)
        {
            throw new AlmanacException(ExitCode.ToolFailed, $"{tool} failed with code {result.ExitCode}: {result.Error.Trim()}");
        }
    }
}
