using NodaTime;

namespace Almanac.Tools.Postgres;

/// <summary>What a server and the connected role offer to Almanac.</summary>
public sealed record ServerPrerequisites
{
    public required int VersionNumber { get; init; }

    /// <summary>As the server writes it, for example <c>15.18 (Debian 15.18-0+deb12u1)</c>.</summary>
    public required string Version { get; init; }
    public required string Role { get; init; }
    public required string Database { get; init; }
    public required bool InRecovery { get; init; }
    public required Instant ServerTime { get; init; }
    public required bool Checksums { get; init; }
    public required bool TrackIoTiming { get; init; }

    /// <summary><c>auto</c>, <c>on</c>, <c>off</c> or a library; <c>auto</c> before PostgreSQL 14, which has no such setting.</summary>
    public required string ComputeQueryId { get; init; }

    /// <summary><c>pg_stat_statements.track</c>: <c>none</c> means that nothing is counted.</summary>
    public required string StatementsTrack { get; init; }
    public required bool StatementsInstalled { get; init; }
    public required bool StatementsAvailable { get; init; }
    public required bool StatementsPreloaded { get; init; }
    public required bool HypopgInstalled { get; init; }
    public required bool HypopgAvailable { get; init; }

    /// <summary>Null when the role may not see it.</summary>
    public string? PreloadedLibraries { get; init; }
    public required bool Superuser { get; init; }
    public required bool Replication { get; init; }
    public required bool Monitors { get; init; }

    /// <summary>User tables, partitioned tables and materialised views, and how many of them the role may SELECT from and acts as owner of.</summary>
    public required long Tables { get; init; }
    public required long Readable { get; init; }
    public required long Owned { get; init; }
    public string? UnreadableExample { get; init; }
    public string? OwnerExample { get; init; }

    /// <summary>Attributes and memberships that no part of Almanac needs.</summary>
    public string[] Excess { get; init; } = [];

    /// <summary>Settings that the role may change; null before PostgreSQL 15, where only a superuser may.</summary>
    public IReadOnlyList<string>? SettableParameters { get; init; }
}

/// <summary>Reads what <c>doctor</c> judges.</summary>
public static class PrerequisitesReader
{
    private const int ParameterPrivilegesSince = 150000;

    public static async Task<ServerPrerequisites> ReadAsync(PostgresReader reader, CancellationToken cancellation)
    {
        var rows = await reader.QueryAsync<ServerPrerequisites>(SqlResource.Load("Tools/Postgres/Sql/prerequisites.sql"), null, cancellation);
        var found = rows[0];
        return found.VersionNumber < ParameterPrivilegesSince
            ? found
            : found with { SettableParameters = await reader.QueryAsync<string>(SqlResource.Load("Tools/Postgres/Sql/settable-parameters.15.sql"), null, cancellation) };
    }
}
