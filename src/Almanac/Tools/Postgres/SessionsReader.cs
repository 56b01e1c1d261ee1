using Almanac.Model;

namespace Almanac.Tools.Postgres;

/// <summary>One client session as it is right now; the text holds no constants.</summary>
public sealed record SessionInfo
{
    public required int Pid { get; init; }
    public required string Role { get; init; }
    public required string Application { get; init; }
    public required string Client { get; init; }

    /// <summary><c>active</c>, <c>idle</c>, <c>idle in transaction</c> and so on; empty where the role may not see it.</summary>
    public required string State { get; init; }

    /// <summary>Type and name of what it waits for; null when it runs.</summary>
    public string? Wait { get; init; }

    /// <summary>Seconds in this state; null where the role may not see it.</summary>
    public double? StateSeconds { get; init; }

    /// <summary>Seconds since its transaction began; null outside of one.</summary>
    public double? TransactionSeconds { get; init; }

    /// <summary>The sessions whose locks it waits for.</summary>
    public int[] BlockedBy { get; init; } = [];

    /// <summary>The current or last statement without its constants.</summary>
    public string Query { get; init; } = string.Empty;
}

/// <summary>Reads who is connected and what they do.</summary>
public static class SessionsReader
{
    public static async Task<IReadOnlyList<SessionInfo>> ReadAsync(PostgresReader reader, CancellationToken cancellation)
    {
        var rows = await reader.QueryAsync<SessionInfo>(SqlResource.Load("Tools/Postgres/Sql/sessions.sql"), null, cancellation);
        return [.. rows.Select(r => r with { Query = WithoutConstants(r.Query) })];
    }

    // Unlike the texts of pg_stat_statements these are not normalised: numbers are constants, too.
    private static string WithoutConstants(string text)
        => string.Concat(SqlLexer.Tokens(SqlText.Redact(text)).Select(t => t.Kind is SqlTokenKind.Number ? "?" : t.Text));
}
