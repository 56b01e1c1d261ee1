using System.Globalization;
using Almanac.Config;
using Npgsql;

namespace Almanac.Tools.Postgres;

/// <summary>Turns libpq's terms into Npgsql's.</summary>
internal static class ConnectionStrings
{
    public static string For(ConnectionTarget target, SessionOptions session)
    {
        var builder = Base(target);
        builder.ApplicationName = "almanac/" + session.Word;
        builder.Pooling = false;
        builder.CommandTimeout = (int)Math.Ceiling(session.StatementTimeout.TotalSeconds) + 5;
        List<string> settings =
        [
            Setting("statement_timeout", session.StatementTimeout),
            Setting("lock_timeout", session.LockTimeout),
            Setting("idle_in_transaction_session_timeout", TimeSpan.FromMinutes(5)),
        ];
        if (session.ReadOnly)
        {
            settings.Add("-c default_transaction_read_only=on");
        }

        if (session.ClientConnectionCheckInterval is { } interval)
        {
            settings.Add(Setting("client_connection_check_interval", interval));
        }

        builder.Options = string.Join(' ', [.. target.Options is null ? Array.Empty<string>() : [target.Options], .. settings]);
        return builder.ConnectionString;
    }

    /// <summary>The connection alone, without session settings or a name.</summary>
    public static NpgsqlConnectionStringBuilder Base(ConnectionTarget target)
    {
        var hosts = target.Hosts.Select((host, i) => host.StartsWith('/') || target.Hosts.Count == 1
            ? host
            : $"{host}:{target.Ports[Math.Min(i, target.Ports.Count - 1)].ToString(CultureInfo.InvariantCulture)}");
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = string.Join(',', hosts),
            Port = target.Ports[0],
            Database = target.Database,
            Username = target.User,
            Password = target.Password,
            Timeout = target.ConnectTimeoutSeconds,
            KeepAlive = 15,
            CancellationTimeout = 5000,
            IncludeErrorDetail = false,
        };
        if (target.Hosts[0].StartsWith('/'))
        {
            builder.SslMode = SslMode.Disable;
            builder.GssEncryptionMode = GssEncryptionMode.Disable;
        }
        else
        {
            // A statement that runs for hours must notice within a minute or so that the network swallowed its server.
            builder.TcpKeepAlive = true;
            builder.TcpKeepAliveTime = 15;
            builder.TcpKeepAliveInterval = 5;
            builder.SslMode = target.SslMode switch
            {
                "disable" => SslMode.Disable,
                "allow" => SslMode.Allow,
                "require" => SslMode.Require,
                "verify-ca" => SslMode.VerifyCA,
                "verify-full" => SslMode.VerifyFull,
                _ => SslMode.Prefer,
            };
            builder.RootCertificate = target.SslRootCertificate;
            builder.SslCertificate = target.SslCertificate;
            builder.SslKey = target.SslKey;
            builder.SslPassword = target.SslPassword;
            builder.ChannelBinding = target.ChannelBinding switch
            {
                "disable" => ChannelBinding.Disable,
                "require" => ChannelBinding.Require,
                _ => ChannelBinding.Prefer,
            };
        }

        if (target.RequireAuth is { } methods)
        {
            builder.RequireAuth = methods;
        }

        if (target.TargetSessionAttributes is { } attributes)
        {
            builder.TargetSessionAttributes = attributes;
        }

        return builder;
    }

    private static string Setting(string name, TimeSpan value)
        => string.Create(CultureInfo.InvariantCulture, $"-c {name}={(long)value.TotalMilliseconds}");
}
