namespace Almanac.Config;

/// <summary>How to reach one PostgreSQL database, in libpq's terms; parsed by <see cref="ConnectionTargetParser"/>.</summary>
public sealed record ConnectionTarget
{
    /// <summary>Host names, addresses, or a socket directory that starts with <c>/</c>; tried in order.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>One port for all hosts, or one for each.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [5432];
    public required string Database { get; init; }
    public required string User { get; init; }
    public string? Password { get; init; }

    /// <summary>libpq's sslmode: disable, allow, prefer, require, verify-ca, verify-full.</summary>
    public string SslMode { get; init; } = "prefer";
    public string? SslRootCertificate { get; init; }
    public string? SslCertificate { get; init; }
    public string? SslKey { get; init; }

    /// <summary>The pass phrase of the client key.</summary>
    public string? SslPassword { get; init; }

    /// <summary>libpq's channel_binding: disable, prefer, require.</summary>
    public string ChannelBinding { get; init; } = "prefer";

    /// <summary>libpq's require_auth: accepted authentication methods, for example <c>scram-sha-256</c>.</summary>
    public string? RequireAuth { get; init; }
    public string? TargetSessionAttributes { get; init; }

    /// <summary>Deadline for connecting, in seconds.</summary>
    public int ConnectTimeoutSeconds { get; init; } = 10;

    /// <summary>The <c>options</c> parameter, for example <c>-c search_path=app</c>.</summary>
    public string? Options { get; init; }

    /// <summary>For messages: never holds the password.</summary>
    public string Display => $"{User}@{string.Join(',', Hosts)}:{string.Join(',', Ports)}/{Database}";

    /// <summary>A record's default text would print the password.</summary>
    public override string ToString() => Display;
}
