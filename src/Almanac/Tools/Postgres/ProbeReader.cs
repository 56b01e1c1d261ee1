using System.Text.Json;
using Almanac.Model;
using Npgsql;
using NpgsqlTypes;

namespace Almanac.Tools.Postgres;

/// <summary>Constants for one execution of a statement, drawn from the column statistics. They live in memory only.</summary>
public sealed class ProbeDraw
{
    internal ProbeDraw(IReadOnlyList<string> constants) => Constants = constants;

    internal IReadOnlyList<string> Constants { get; }
}

/// <summary>One draw as measured: the fastest of its executions, and the blocks touched. A statement cut off by its deadline counts with the deadline.</summary>
public sealed record ProbeTiming(double Ms, double Blocks, bool CutOff);

/// <summary>
/// Runs SELECT statements to see how long they take, in a read-only session with a deadline. Neither constants nor rows leave
/// the method: EXPLAIN (ANALYZE) returns times and block counts only.
/// </summary>
public sealed class ProbeReader(PostgresReader reader, TimeSpan statementTimeout, TimeProvider time)
{
    /// <summary>Draws constants that are the same whenever the statistics are; null when a column has no statistics (or may not be read).</summary>
    public async Task<IReadOnlyList<ProbeDraw>?> DrawAsync(ProbePlan plan, int count, CancellationToken cancellation)
    {
        if (SqlText.KindOf(plan.Text) is not StatementKind.Select || plan.Columns.Count != plan.ParameterTypes.Count)
        {
            return null;
        }

        var values = new List<IReadOnlyList<string>>();
        foreach (var column in plan.Columns)
        {
            var rows = await reader.QueryAsync<Values>(SqlResource.Load("Tools/Postgres/Sql/probe_values.sql"), column, cancellation);
            var spread = rows.Count == 0 ? [] : Spread(rows[0].Common ?? [], rows[0].Bounds ?? [], count);
            if (spread.Count == 0)
            {
                return null;
            }

            values.Add(spread);
        }

        // Each parameter walks its values with another stride, so that they are not always popular together.
        return [.. Enumerable.Range(0, count).Select(i => new ProbeDraw([.. values.Select((v, p) => v[((i * ((2 * p) + 1)) + p) % v.Count])]))];
    }

    /// <summary>
    /// Measures all draws round by round, so that a slow moment of the machine hits all alike; stops after a round once the
    /// budget is spent. Null when the statement cannot be run this way.
    /// </summary>
    public async Task<IReadOnlyList<ProbeTiming>?> MeasureAsync(
        ProbePlan plan, IReadOnlyList<ProbeDraw> draws, int rounds, TimeSpan budget, CancellationToken cancellation)
    {
        var statement = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + Typed(plan);
        var began = time.GetTimestamp();
        var best = new ProbeTiming?[draws.Count];
        try
        {
            for (var round = 0; round < rounds && (round == 0 || time.GetElapsedTime(began) < budget); round++)
            {
                for (var i = 0; i < draws.Count; i++)
                {
                    var timing = await RunAsync(statement, draws[i], cancellation);
                    best[i] = best[i] is { } earlier && earlier.Ms <= timing.Ms ? earlier : timing;
                }
            }

            return [.. best.Select(b => b!)];
        }
        catch (AlmanacException e) when (e.Data["sqlstate"] is string state && !state.StartsWith("57P", StringComparison.Ordinal))
        {
            // No right to read the table, FOR UPDATE in a read-only session, a constant the type refuses: no probe, and no error either.
            return null;
        }
    }

    // The constants travel as parameters: the text that pg_stat_statements and the log see holds none.
    private async Task<ProbeTiming> RunAsync(string statement, ProbeDraw draw, CancellationToken cancellation)
    {
        try
        {
            var json = await reader.Client.RunAsync(
                async () =>
                {
                    await using var command = new NpgsqlCommand(statement, reader.Client.Connection);
                    command.CommandTimeout = (int)Math.Ceiling(statementTimeout.TotalSeconds) + 5;
                    foreach (var constant in draw.Constants)
                    {
                        command.Parameters.Add(new NpgsqlParameter { Value = constant, NpgsqlDbType = NpgsqlDbType.Unknown });
                    }

                    return (string)(await command.ExecuteScalarAsync(cancellation))!;
                },
                "probe",
                cancellation);
            using var document = JsonDocument.Parse(json);
            var top = document.RootElement[0];
            var plan = top.GetProperty("Plan");
            var blocks = Blocks(plan, "Shared Hit Blocks") + Blocks(plan, "Shared Read Blocks") + Blocks(plan, "Temp Read Blocks") + Blocks(plan, "Temp Written Blocks");
            return new ProbeTiming(top.GetProperty("Execution Time").GetDouble(), blocks, CutOff: false);
        }
        catch (AlmanacException e) when (e.Data["sqlstate"] is "57014")
        {
            return new ProbeTiming(statementTimeout.TotalMilliseconds, 0, CutOff: true);
        }
    }

    private static string Typed(ProbePlan plan) => string.Concat(SqlLexer.Tokens(plan.Text).Select(token =>
        token.Kind is SqlTokenKind.Parameter && int.TryParse(token.Text.AsSpan(1), out var n) && n >= 1 && n <= plan.ParameterTypes.Count
            ? $"{token.Text}::{plan.ParameterTypes[n - 1]}"
            : token.Text));

    private static double Blocks(JsonElement plan, string name) => plan.TryGetProperty(name, out var value) ? value.GetDouble() : 0;

    // Common values and histogram bounds in turn, each evenly spread.
    private static List<string> Spread(IReadOnlyList<string> common, IReadOnlyList<string> bounds, int count)
    {
        var result = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var source = (i % 2 == 0 && common.Count > 0) || bounds.Count == 0 ? common : bounds;
            if (source.Count > 0)
            {
                result.Add(source[(int)((i + 0.5) / count * source.Count)]);
            }
        }

        return result;
    }

    private sealed record Values
    {
        public string[]? Common { get; init; }
        public string[]? Bounds { get; init; }
    }
}
