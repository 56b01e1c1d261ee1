namespace Almanac.Config;

/// <summary>What Almanac does with a libpq connection parameter.</summary>
internal enum ParameterUse
{
    /// <summary>Honoured.</summary>
    Used,

    /// <summary>Accepted without effect: it changes nothing that the user relies on.</summary>
    Harmless,

    /// <summary>Refused, unless its value is one of the accepted ones: ignoring it would weaken what the user asked for.</summary>
    Refused,
}

/// <summary>One libpq parameter: its environment variable, its use, and the values that are accepted (null: any).</summary>
internal sealed record ConnectionParameter(string Name, string? Variable, ParameterUse Use, IReadOnlyList<string>? Accepted = null);

/// <summary>The connection parameters of libpq 15 to 17 (PostgreSQL documentation, "Parameter Key Words" and "Environment Variables").</summary>
internal static class ConnectionParameters
{
    public static IReadOnlyList<ConnectionParameter> All { get; } =
    [
        new("host", "PGHOST", ParameterUse.Used),
        new("hostaddr", "PGHOSTADDR", ParameterUse.Used),
        new("port", "PGPORT", ParameterUse.Used),
        new("dbname", "PGDATABASE", ParameterUse.Used),
        new("user", "PGUSER", ParameterUse.Used),
        new("password", "PGPASSWORD", ParameterUse.Used),
        new("passfile", "PGPASSFILE", ParameterUse.Used),
        new("service", "PGSERVICE", ParameterUse.Used),
        new("connect_timeout", "PGCONNECT_TIMEOUT", ParameterUse.Used),
        new("options", "PGOPTIONS", ParameterUse.Used),
        new("sslmode", "PGSSLMODE", ParameterUse.Used, ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
        new("sslrootcert", "PGSSLROOTCERT", ParameterUse.Used),
        new("sslcert", "PGSSLCERT", ParameterUse.Used),
        new("sslkey", "PGSSLKEY", ParameterUse.Used),
        new("sslpassword", null, ParameterUse.Used),
        new("channel_binding", "PGCHANNELBINDING", ParameterUse.Used, ["disable", "prefer", "require"]),
        new("require_auth", "PGREQUIREAUTH", ParameterUse.Used),
        new("target_session_attrs", "PGTARGETSESSIONATTRS", ParameterUse.Used, ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]),
        new("application_name", "PGAPPNAME", ParameterUse.Harmless),
        new("fallback_application_name", null, ParameterUse.Harmless),
        new("client_encoding", "PGCLIENTENCODING", ParameterUse.Harmless),
        new("load_balance_hosts", "PGLOADBALANCEHOSTS", ParameterUse.Harmless),
        new("keepalives", null, ParameterUse.Harmless),
        new("keepalives_idle", null, ParameterUse.Harmless),
        new("keepalives_interval", null, ParameterUse.Harmless),
        new("keepalives_count", null, ParameterUse.Harmless),
        new("tcp_user_timeout", null, ParameterUse.Harmless),
        new("krbsrvname", "PGKRBSRVNAME", ParameterUse.Harmless),
        new("gsslib", "PGGSSLIB", ParameterUse.Harmless),
        new("gssdelegation", "PGGSSDELEGATION", ParameterUse.Harmless),
        new("sslcompression", "PGSSLCOMPRESSION", ParameterUse.Harmless),
        new("sslsni", "PGSSLSNI", ParameterUse.Harmless),
        new("sslcertmode", "PGSSLCERTMODE", ParameterUse.Refused, ["allow"]),
        new("sslnegotiation", "PGSSLNEGOTIATION", ParameterUse.Refused, ["postgres"]),
        new("gssencmode", "PGGSSENCMODE", ParameterUse.Refused, ["disable", "prefer"]),
        new("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", ParameterUse.Refused, ["TLSv1", "TLSv1.1", "TLSv1.2"]),
        new("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", ParameterUse.Refused, ["TLSv1.3"]),
        new("sslcrl", "PGSSLCRL", ParameterUse.Refused, []),
        new("sslcrldir", "PGSSLCRLDIR", ParameterUse.Refused, []),
        new("requirepeer", "PGREQUIREPEER", ParameterUse.Refused, []),
        new("replication", null, ParameterUse.Refused, ["false", "off", "no", "0"]),
    ];

    public static IReadOnlyDictionary<string, ConnectionParameter> ByName { get; } = All.ToDictionary(p => p.Name);
}
