using System.Text.Json;
using Almanac.Config;
using Almanac.Model;
using Npgsql;

namespace Almanac.Tools.Postgres;

/// <summary>
/// Answers what-if questions with HypoPG in one read-only session. It plans and never runs a statement, writes included:
/// EXPLAIN without ANALYZE is allowed in a read-only transaction.
/// </summary>
/// <remarks>
/// Plans are made comparable: generic (no constants), without GEQO, whose costs are not monotone in the set of indexes, and without JIT.
/// Parallelism stays as the server has it: an index that a parallel scan beats would be built for nothing.
/// HypoPG does not invalidate cached plans, so nothing stays prepared across a change of the hypothetical set.
/// </remarks>
public sealed class WhatIfReader : IWhatIf, IAsyncDisposable
{
    private const string Name = "almanac_what_if";
    private static readonly string SessionSql = SqlResource.Load("Tools/Postgres/Sql/what-if-session.sql");
    private static readonly string CreateSql = SqlResource.Load("Tools/Postgres/Sql/what-if-create.sql");

    private readonly PostgresReader reader;
    private readonly WhatIfOptions options;
    private readonly bool risky;
    private readonly HashSet<string> views;
    private readonly Dictionary<string, Hypothetical> current = new(StringComparer.Ordinal);
    private readonly HashSet<string> refused = new(StringComparer.Ordinal);

    private WhatIfReader(PostgresReader reader, WhatIfOptions options, SessionRow session)
    {
        this.reader = reader;
        this.options = options;
        risky = session.InRecovery || options.RiskyKindsOnPrimary;
        views = [.. session.Views];
    }

    /// <inheritdoc />
    public int ExplainCalls { get; private set; }

    /// <summary>Opens the session and sets the planner up.</summary>
    /// <exception cref="AlmanacException">Exit code 10 when the server cannot be reached, 12 when HypoPG is missing.</exception>
    public static async Task<WhatIfReader> OpenAsync(ConnectionTarget target, WhatIfOptions? options, CancellationToken cancellation)
    {
        options ??= new WhatIfOptions();
        var reader = await PostgresReader.OpenAsync(target, "advise", cancellation, TimeSpan.FromSeconds(options.PlanningSeconds));
        try
        {
            var session = (await reader.QueryAsync<SessionRow>(SessionSql, null, cancellation))[0];
            if (session.HypopgSchema is null)
            {
                throw new AlmanacException(
                    ExitCode.PrerequisiteMissing,
                    $"The extension HypoPG, which indexes are tried with before they are built, is missing in database '{target.Database}'.",
                    session.HypopgAvailable
                        ? $"Run CREATE EXTENSION hypopg; in '{target.Database}' (it needs no restart and no preloading)."
                        : $"On the server: apt-get install postgresql-{session.MajorVersion}-hypopg; then CREATE EXTENSION hypopg; in '{target.Database}' (no restart).");
            }

            var result = new WhatIfReader(reader, options, session);
            await result.SetUpAsync(session, cancellation);
            return result;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<StatementPreparation> PrepareAsync(WorkloadStatement statement, CancellationToken cancellation)
    {
        if (statement.Kind is StatementKind.Utility)
        {
            return StatementPreparation.Unplannable("a utility statement has no plan");
        }

        if (!risky && MentionsView(statement.Text))
        {
            return StatementPreparation.Unplannable("it reads a view: HypoPG has crashed servers on views, so such statements are tried on a standby only");
        }

        await SetHypotheticalAsync([], cancellation);
        var limit = Math.Max(options.DefaultLimit, statement.Calls > 0 ? (long)Math.Ceiling((double)statement.Rows / statement.Calls) : 0);
        var prepared = await PrepareTextAsync(statement.QueryId, PlannableText.Rewrite(statement.Text, limit), cancellation);
        if (prepared is { DeniedWrite: true } && PlannableText.AsSelect(statement.Text) is { } select)
        {
            prepared = await PrepareTextAsync(statement.QueryId, PlannableText.Rewrite(select, limit), cancellation);
        }

        return prepared.StatementPreparation;
    }

    /// <inheritdoc />
    public async ValueTask<WhatIfPlan?> ExplainAsync(PlannableStatement statement, IReadOnlyList<CreateIndexSpec> hypothetical, CancellationToken cancellation)
    {
        if (hypothetical.Count > WhatIfCaps.Total || hypothetical.CountBy(h => h.Subject).Any(t => t.Value > WhatIfCaps.PerTable))
        {
            throw new ArgumentException($"At most {WhatIfCaps.PerTable} hypothetical indexes a table and {WhatIfCaps.Total} in all.", nameof(hypothetical));
        }

        await SetHypotheticalAsync(hypothetical, cancellation);
        try
        {
            return await TryExplainAsync(statement, cancellation);
        }
        catch (PostgresException e) when (IsAboutTheStatement(e))
        {
            return null;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => reader.DisposeAsync();

    private async Task SetUpAsync(SessionRow session, CancellationToken cancellation)
    {
        // Texts were normalised in sessions whose search_path is unknown: every schema is a fallback, in the order that the role has first.
        var path = string.Join(", ", [session.SearchPath, .. session.Schemas.Append(session.HypopgSchema!).Distinct(StringComparer.Ordinal).Select(SqlText.Quote)]);
        await reader.ScalarAsync<string>("select set_config('search_path', @path, false)", new { path }, cancellation);
        await RunAsync(
            [
                "set plan_cache_mode = force_generic_plan", "set geqo = off", "set jit = off",
                // Without GEQO, wide joins stay bounded by the collapse limits.
                "select set_config(name, least(setting::int, 10)::text, false) from pg_settings where name in ('join_collapse_limit', 'from_collapse_limit')",
                "select hypopg_reset()",
            ],
            cancellation);
        try
        {
            await RunAsync(["set pg_stat_statements.track = 'none'"], cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            // Only a superuser may; without it these statements are told apart by their role.
        }
    }

    private async Task<Attempt> PrepareTextAsync(long queryId, string text, CancellationToken cancellation)
    {
        var typing = new ParameterTyping(text);
        var unified = false;
        for (var attempt = 1; ; attempt++)
        {
            var statement = new PlannableStatement(queryId, text, typing.Types);
            try
            {
                await RunAsync(["deallocate all", PrepareSql(statement)], cancellation);
                var types = await reader.ScalarAsync<string[]>($"select parameter_types::text[] from pg_prepared_statements where name = '{Name}'", null, cancellation);
                statement = statement with { ParameterTypes = types };
                var plan = await TryExplainAsync(statement, cancellation);
                return plan is null
                    ? new Attempt(StatementPreparation.Unplannable("the planner proves that it returns no rows"))
                    : new Attempt(StatementPreparation.Ready(statement, plan));
            }
            catch (PostgresException e) when (IsAboutTheStatement(e))
            {
                if (e.SqlState is PostgresErrorCodes.GroupingError or PostgresErrorCodes.InvalidColumnReference && !unified && PlannableText.UnifyTwins(text) is { } twins)
                {
                    unified = true;
                    text = twins;
                    typing = new ParameterTyping(text);
                }
                else if (attempt >= ParameterTyping.MaximumAttempts || !IsAboutTypes(e)
                    || !typing.TryNext(text, e.MessageText, e.Position - (PrepareSql(statement).Length - text.Length)))
                {
                    return new Attempt(StatementPreparation.Unplannable(Reason(e)), DeniedWrite: e.SqlState is PostgresErrorCodes.InsufficientPrivilege);
                }
            }
        }
    }

    /// <summary>The plan under the current hypothetical set; null when the planner folded the statement away.</summary>
    private async Task<WhatIfPlan?> TryExplainAsync(PlannableStatement statement, CancellationToken cancellation)
    {
        ExplainCalls++;
        var arguments = statement.ParameterTypes.Count == 0 ? string.Empty : $"({string.Join(", ", Enumerable.Repeat("NULL", statement.ParameterTypes.Count))})";
        var json = await RunAsync(["deallocate all", PrepareSql(statement), $"explain (verbose, format json) execute {Name}{arguments}"], cancellation);
        using var document = JsonDocument.Parse(json!, new JsonDocumentOptions { MaxDepth = 1024 });
        var plan = document.RootElement[0].GetProperty("Plan").Clone();
        HashSet<string> indexes = [];
        if (!Visit(plan, indexes))
        {
            return null;
        }

        return new WhatIfPlan(plan.GetProperty("Total Cost").GetDouble(), plan, [.. current.Values.Where(h => indexes.Contains(h.Name)).Select(h => h.Spec)]);
    }

    private static bool Visit(JsonElement node, HashSet<string> indexes)
    {
        if (node.TryGetProperty("One-Time Filter", out var filter) && filter.GetString() == "false")
        {
            return false;
        }

        if (node.TryGetProperty("Index Name", out var index))
        {
            indexes.Add(index.GetString()!);
        }

        return !node.TryGetProperty("Plans", out var children) || children.EnumerateArray().All(c => Visit(c, indexes));
    }

    private async Task SetHypotheticalAsync(IReadOnlyList<CreateIndexSpec> wanted, CancellationToken cancellation)
    {
        var wantedSql = wanted.Where(w => risky || w.Predicate is null).Select(w => (Sql: w.ToSql(concurrently: false, withName: false), Spec: w))
            .Where(w => !refused.Contains(w.Sql)).DistinctBy(w => w.Sql).ToList();
        var gone = current.Keys.Except(wantedSql.Select(w => w.Sql)).ToList();
        var missing = wantedSql.Where(w => !current.ContainsKey(w.Sql)).ToList();
        if (gone.Count > 0)
        {
            await RunAsync(["select " + string.Join(", ", gone.Select(g => $"hypopg_drop_index({current[g].Oid})"))], cancellation);
            gone.ForEach(g => current.Remove(g));
        }

        if (missing.Count == 0)
        {
            return;
        }

        try
        {
            await CreateAsync(missing, cancellation);
        }
        catch (AlmanacException e) when (e.InnerException is PostgresException)
        {
            // One of them cannot be an index (an expression that is not immutable, say): find it, and never ask again.
            await RunAsync(["select hypopg_reset()"], cancellation);
            current.Clear();
            foreach (var one in wantedSql)
            {
                try
                {
                    await CreateAsync([one], cancellation);
                }
                catch (AlmanacException inner) when (inner.InnerException is PostgresException)
                {
                    refused.Add(one.Sql);
                }
            }
        }
    }

    private async Task CreateAsync(List<(string Sql, CreateIndexSpec Spec)> missing, CancellationToken cancellation)
    {
        var rows = await reader.QueryAsync<CreatedRow>(CreateSql, new { definitions = missing.Select(m => m.Sql).ToArray() }, cancellation);
        foreach (var row in rows)
        {
            var (sql, spec) = missing[row.Ordinal - 1];
            current[sql] = new Hypothetical(row.Oid, row.Name, spec);
        }
    }

    /// <summary>Runs statements in one round trip, each exactly as given; answers the last one's first value.</summary>
    private async Task<string?> RunAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        try
        {
            await using var batch = new NpgsqlBatch(reader.Client.Connection) { Timeout = options.PlanningSeconds + 5 };
            foreach (var statement in statements)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
            }

            await using var rows = await batch.ExecuteReaderAsync(cancellation);
            string? last = null;
            do
            {
                while (await rows.ReadAsync(cancellation))
                {
                    last = rows.GetValue(0)?.ToString();
                }
            }
            while (await rows.NextResultAsync(cancellation));
            return last;
        }
        catch (Exception e) when ((e is NpgsqlException and not PostgresException) || e is TimeoutException or IOException || (e is PostgresException p && !IsAboutTheStatement(p)))
        {
            cancellation.ThrowIfCancellationRequested();
            throw PostgresErrors.Translate(e, reader.Target, statements[^1]);
        }
    }

    private static string PrepareSql(PlannableStatement statement)
        => $"prepare {Name}{(statement.ParameterTypes.Count == 0 ? string.Empty : $"({string.Join(", ", statement.ParameterTypes)})")} as {statement.Text}";

    // The server answered; only classes 08 (connection), 53 (resources), 57P (shutdown) and XX (internal) are not the statement's fault.
    private static bool IsAboutTheStatement(PostgresException e)
        => !(e.SqlState.StartsWith("08", StringComparison.Ordinal) || e.SqlState.StartsWith("53", StringComparison.Ordinal) || e.SqlState.StartsWith("57P", StringComparison.Ordinal));

    private static bool IsAboutTypes(PostgresException e) => e.SqlState is PostgresErrorCodes.AmbiguousFunction or PostgresErrorCodes.UndefinedFunction
        or PostgresErrorCodes.DatatypeMismatch or PostgresErrorCodes.IndeterminateDatatype or PostgresErrorCodes.AmbiguousParameter
        or PostgresErrorCodes.CannotCoerce or PostgresErrorCodes.InvalidTextRepresentation;

    private static string Reason(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.UndefinedTable => $"{e.MessageText}: dropped, temporary, or in a schema that this role does not see",
        PostgresErrorCodes.InsufficientPrivilege => $"{e.MessageText}: this role may not plan it",
        PostgresErrorCodes.QueryCanceled => "planning it took too long",
        _ => $"{e.MessageText} ({e.SqlState})",
    };

    private bool MentionsView(string text)
    {
        if (views.Count == 0)
        {
            return false;
        }

        var before = string.Empty;
        foreach (var token in SqlLexer.Tokens(text).Where(t => t.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment)))
        {
            var name = token.Kind switch
            {
                SqlTokenKind.Word => token.Text.ToLowerInvariant(),
                SqlTokenKind.QuotedIdentifier => token.Text.Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal),
                _ => string.Empty,
            };
            if (before.ToLowerInvariant() is "from" or "join" or "," or "." or "(" or "only" or "into" or "update" or "using" && views.Contains(name))
            {
                return true;
            }

            before = token.Text;
        }

        return false;
    }

    private sealed record Hypothetical(uint Oid, string Name, CreateIndexSpec Spec);

    private sealed record Attempt(StatementPreparation StatementPreparation, bool DeniedWrite = false);

    private sealed record CreatedRow
    {
        public int Ordinal { get; init; }
        public uint Oid { get; init; }
        public string Name { get; init; } = string.Empty;
    }

    private sealed record SessionRow
    {
        public string? HypopgSchema { get; init; }
        public bool HypopgAvailable { get; init; }
        public int MajorVersion { get; init; }
        public bool InRecovery { get; init; }
        public string SearchPath { get; init; } = string.Empty;
        public string[] Schemas { get; init; } = [];
        public string[] Views { get; init; } = [];
    }
}
