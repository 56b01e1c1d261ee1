using Almanac.Model;
using Almanac.Tools.Postgres;

namespace Almanac.Samples;

/// <summary>Brings a loaded marketplace into the state that nobody looked after: superfluous and broken indexes, poor settings, bloat.</summary>
public static class WedSyncNeglect
{
    /// <summary>Name of the index whose concurrent build fails and leaves it invalid.</summary>
    public const string InvalidIndex = "couples_email_unique";

    /// <summary>Runs samples/wedsync/neglect.sql; the settings hold for the whole private cluster.</summary>
    public static async Task ApplyAsync(PrivateTarget target, CancellationToken cancellation)
    {
        await using var writer = await ScratchWriter.OpenAsync(target, "samples", cancellation);
        foreach (var statement in SqlScript.LoadStatements("neglect.sql"))
        {
            try
            {
                await writer.ExecuteAsync(statement, cancellation);
            }
            catch (AlmanacException e) when (statement.Contains(InvalidIndex, StringComparison.Ordinal) && e.Data["sqlstate"] is "23505")
            {
                // The failure is the point: the server leaves an invalid index behind.
            }
        }
    }

    /// <summary>Starts the statement statistics afresh: loading is no part of the marketplace's workload.</summary>
    public static async Task ForgetLoadingAsync(PrivateTarget target, CancellationToken cancellation)
    {
        await using var writer = await ScratchWriter.OpenAsync(target, "samples", cancellation);
        await writer.ExecuteAsync("SELECT pg_stat_statements_reset()", cancellation);
    }

    /// <summary>Takes the settings of the neglect back, for another database of the same cluster.</summary>
    public static async Task ResetSettingsAsync(PrivateTarget target, CancellationToken cancellation)
    {
        await using var writer = await ScratchWriter.OpenAsync(target, "samples", cancellation);
        foreach (var statement in SqlScript.LoadStatements("neglect.sql"))
        {
            if (statement.StartsWith("ALTER SYSTEM SET ", StringComparison.Ordinal))
            {
                await writer.ExecuteAsync("ALTER SYSTEM RESET " + statement.Split(' ')[3], cancellation);
            }
        }

        await writer.ExecuteAsync("SELECT pg_reload_conf()", cancellation);
    }
}
