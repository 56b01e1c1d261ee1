using System.Globalization;
using System.Net;
using Almanac.Model;

namespace Almanac.Config;

/// <summary>
/// Understands a target as psql does: what the text says comes first, then the service, then the <c>PG*</c> variables, then the
/// defaults; a password that nobody gave is looked up in the password file.
/// </summary>
public static class ConnectionTargetParser
{
    internal const string Forms = "Give postgresql://user@host:5432/database, or host=... dbname=..., or service=NAME, as for psql.";

    /// <summary>The target that psql would connect to. An empty text means the <c>PG*</c> variables and defaults.</summary>
    /// <exception cref="AlmanacException">Usage for the text, ConfigurationInvalid for variables and files. Never shows a password.</exception>
    public static ConnectionTarget Parse(string text, ConnectionEnvironment env)
    {
        var given = ConnectionText.Parse(text);
        var service = given.GetValueOrDefault("service") ?? env.Variable("PGSERVICE");
        var fromService = service is null ? new Dictionary<string, string>() : Service(service, env);

        string? Value(string name)
        {
            var parameter = ConnectionParameters.ByName[name];
            return given.TryGetValue(name, out var value) || fromService.TryGetValue(name, out value)
                ? value
                : parameter.Variable is { } variable ? env.Variable(variable) : null;
        }

        foreach (var parameter in ConnectionParameters.All)
        {
            CheckValue(parameter, Value(parameter.Name), given.ContainsKey(parameter.Name));
        }

        var user = NotEmpty(Value("user")) ?? env.OsUser;
        var database = NotEmpty(Value("dbname")) ?? user;
        var hosts = Hosts(Value("host"), Value("hostaddr"), Value("sslmode"), env.DefaultHost);
        var ports = Ports(Value("port"), hosts.Count);
        var systemRoots = Value("sslrootcert") == "system";
        return new ConnectionTarget
        {
            Hosts = hosts,
            Ports = ports,
            Database = database,
            User = user,
            Password = NotEmpty(Value("password")) ?? PasswordOf(hosts, ports, database, user, NotEmpty(Value("passfile")), env),
            SslMode = NotEmpty(Value("sslmode")) ?? (systemRoots ? "verify-full" : "prefer"),
            SslRootCertificate = systemRoots ? null : NotEmpty(Value("sslrootcert")),
            SslCertificate = NotEmpty(Value("sslcert")),
            SslKey = NotEmpty(Value("sslkey")),
            SslPassword = NotEmpty(Value("sslpassword")),
            ChannelBinding = NotEmpty(Value("channel_binding")) ?? "prefer",
            RequireAuth = NotEmpty(Value("require_auth")),
            TargetSessionAttributes = NotEmpty(Value("target_session_attrs")),
            ConnectTimeoutSeconds = Timeout(Value("connect_timeout")),
            Options = NotEmpty(Value("options")),
        };
    }

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static void CheckValue(ConnectionParameter parameter, string? value, bool inText)
    {
        if (string.IsNullOrEmpty(value) || parameter.Use == ParameterUse.Harmless || parameter.Accepted is null || parameter.Accepted.Contains(value))
        {
            return;
        }

        var where = inText || parameter.Variable is null ? parameter.Name : $"{parameter.Name} ({parameter.Variable} or the service file)";
        throw new AlmanacException(
            inText ? ExitCode.Usage : ExitCode.ConfigurationInvalid,
            parameter.Use == ParameterUse.Refused
                ? $"The connection parameter {where} asks for something that Almanac cannot honour, so it is not ignored."
                : $"The connection parameter {where} has a value that libpq does not know.",
            parameter.Accepted.Count == 0 ? "Leave it out." : $"Known values: {string.Join(", ", parameter.Accepted)}.");
    }

    private static IReadOnlyDictionary<string, string> Service(string service, ConnectionEnvironment env)
    {
        var own = env.Variable("PGSERVICEFILE") ?? Path.Combine(env.Home, ".pg_service.conf");
        string[] files = [own, Path.Combine(env.Variable("PGSYSCONFDIR") ?? "/etc/postgresql-common", "pg_service.conf")];
        List<string> names = [];
        foreach (var file in files)
        {
            if (env.Text(file) is not { } text)
            {
                continue;
            }

            if (ServiceFile.Find(file, text, service) is { } found)
            {
                return found;
            }

            names.AddRange(ServiceFile.Names(text));
        }

        throw new AlmanacException(
            ExitCode.ConfigurationInvalid,
            $"No service '{service}' in {string.Join(" or ", files)}{Nearest.Hint(service, names)}",
            "Add a section [name] with host=, dbname= and so on, or set PGSERVICEFILE.");
    }

    private static IReadOnlyList<string> Hosts(string? host, string? address, string? sslMode, string defaultHost)
    {
        if (NotEmpty(address) is { } addresses)
        {
            if (sslMode == "verify-full" && NotEmpty(host) is not null)
            {
                throw new AlmanacException(ExitCode.Usage, "host together with hostaddr and sslmode=verify-full is not supported.", "Give the host alone, so that its certificate can be checked.");
            }

            List<string> list = [.. addresses.Split(',').Select(a => a.Trim())];
            return list.TrueForAll(a => IPAddress.TryParse(a, out _))
                ? list
                : throw new AlmanacException(ExitCode.Usage, "hostaddr must be an IP address.", "Use host for a name.");
        }

        return NotEmpty(host) is { } hosts ? [.. hosts.Split(',').Select(h => NotEmpty(h.Trim()) ?? defaultHost)] : [defaultHost];
    }

    private static IReadOnlyList<int> Ports(string? text, int hosts)
    {
        if (NotEmpty(text) is not { } given)
        {
            return [5432];
        }

        // A malformed port may be a piece of a password with a bare colon or slash, so it is not shown.
        List<int> ports = [.. given.Split(',').Select(p => p.Trim()).Select(p => p.Length == 0 ? 5432
            : int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port
            : throw new AlmanacException(ExitCode.Usage, "A port must be a number from 1 to 65535.", Forms))];
        return ports.Count == 1 || ports.Count == hosts
            ? ports
            : throw new AlmanacException(ExitCode.Usage, $"{ports.Count} ports were given for {hosts} hosts.", "Give one port for all hosts, or one for each.");
    }

    // libpq: 0 and negative values wait forever. Nothing in Almanac does, so they mean the default.
    private static int Timeout(string? text)
        => NotEmpty(text) is not { } given ? 10
            : !int.TryParse(given.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
                ? throw new AlmanacException(ExitCode.Usage, "connect_timeout must be a whole number of seconds.")
            : seconds <= 0 ? 10
            : Math.Clamp(seconds, 2, 1024);

    private static string? PasswordOf(
        IReadOnlyList<string> hosts, IReadOnlyList<int> ports, string database, string user, string? file, ConnectionEnvironment env)
    {
        if (env.PrivateText(file ?? Path.Combine(env.Home, ".pgpass")) is not { } text)
        {
            return null;
        }

        // libpq looks the default socket directory up as localhost.
        return hosts
            .Select((host, i) => PasswordFile.Find(text, host == env.DefaultHost && host.StartsWith('/') ? "localhost" : host, ports[Math.Min(i, ports.Count - 1)], database, user))
            .FirstOrDefault(p => p is not null);
    }
}
