using Almanac.Config;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Change;

/// <summary>Measures one database before and after one change, from its own traffic and, where that is too little, by probes.</summary>
internal sealed class EffectReader : IAsyncDisposable
{
    // A call counts as stalled when it runs this long, and this many times its former mean.
    private const double StalledMs = 5_000;
    private const double StalledTimes = 50;

    // Without a promise to test, this share of the old time has to be seen again before "no harm" is said.
    private const double EnoughSeen = 0.8;

    private readonly PostgresReader reader;
    private readonly StatementCountersReader? counters;
    private readonly ProposedChange change;
    private readonly MeasureOptions options;
    private readonly TimeProvider time;
    private readonly ProbeSetReader probes;
    private readonly Instant? lastChange;
    private bool hasHistory;
    private CounterWindow before = new([]);
    private CounterWindow after = new([]);
    private IReadOnlyDictionary<long, string> texts = new Dictionary<long, string>();
    private IReadOnlySet<string> names = new HashSet<string>();
    private List<StalledCall> stalled = [];
    private long bytesBefore;
    private long bytesAfter;

    private EffectReader(PostgresReader reader, StatementCountersReader? counters, ProposedChange change, ProbeSetReader probes, Instant? lastChange, MeasureOptions options, TimeProvider time)
    {
        this.lastChange = lastChange;
        this.reader = reader;
        this.counters = counters;
        this.change = change;
        this.probes = probes;
        this.options = options;
        this.time = time;
    }

    /// <summary>Opens a read-only session. <paramref name="lastChange"/> is when Almanac last changed this database: history from before it proves nothing.</summary>
    public static async Task<EffectReader> OpenAsync(
        ConnectionTarget target, ProposedChange change, IReadOnlyList<ProbePlan> plans, Instant? lastChange, MeasureOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var reader = await PostgresReader.OpenAsync(target, "change-measure", cancellation);
        try
        {
            var counters = await StatementCountersReader.CreateAsync(reader, cancellation);
            return new EffectReader(reader, counters, change, new ProbeSetReader(target, plans, options, time), lastChange, options, time);
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>The window before: long enough for the gaining statements, or as long as allowed.</summary>
    public async Task MeasureBeforeAsync(Action<string, double?> progress, CancellationToken cancellation)
    {
        var minimum = options.BaselineMinimum.TotalSeconds;
        if (counters is not null)
        {
            hasHistory = lastChange is null || await counters.ResetAtAsync(cancellation) > lastChange;
            before = new CounterWindow(await counters.ReadAsync(cancellation));
            await ReadAsync(
                before,
                () => before.Seconds >= minimum && (change.Gains.All(EnoughBefore) || !change.Gains.Any(g => before.Of(g).Calls > 0)),
                options.BaselineMaximum.TotalSeconds,
                s => progress($"measuring before, {s:0} s", Math.Min(1, s / minimum)),
                cancellation);
            texts = await counters.TextsAsync([.. before.QueryIds.Union(change.Gains)], cancellation);
        }

        if (Subject is var (schema, table))
        {
            names = counters is null ? names : await counters.NamesOfAsync(schema, table, cancellation);
            bytesBefore = await BytesAsync(cancellation);
        }

        progress("probing before", null);
        await probes.BeforeAsync(id => change.Gains.Contains(id) && !EnoughBefore(id), cancellation);
    }

    /// <summary>The window after, until the answer is clear, and the answer. Interrupted, it decides on what it has.</summary>
    /// <param name="limit">The longest the window may be on top of the options: the guard's edge.</param>
    /// <param name="progress">Receives a line for each reading.</param>
    /// <param name="cancellation">Ends the window early.</param>
    public async Task<Verification> MeasureAfterAsync(Duration? limit, Action<string, double?> progress, CancellationToken cancellation)
    {
        var maximum = Math.Min(options.AfterMaximum.TotalSeconds, limit?.TotalSeconds ?? double.MaxValue);
        VerificationAnswer? answer = null;
        var interrupted = false;
        try
        {
            if (counters is not null)
            {
                await Task.Delay(options.Settle.ToTimeSpan(), time, cancellation);
                after = new CounterWindow(await counters.ReadAsync(cancellation));
                await ReadAsync(
                    after,
                    () => (answer = Decide(final: false)).Outcome is VerificationOutcome.RolledBack || (after.Seconds >= options.AfterMinimum.TotalSeconds && (answer.Outcome is not null || SeenEnough(maximum))),
                    maximum,
                    s => progress($"measuring after, {s:0} s", Math.Min(1, s / options.AfterMinimum.TotalSeconds)),
                    cancellation);
            }

            if (answer?.Outcome is null)
            {
                progress("probing after", null);
                await probes.AfterAsync(id => !EnoughBefore(id) || after.Of(id).Calls < VerificationRules.EnoughCalls, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }

        var decided = answer?.Outcome is not null ? answer : Decide(final: true);
        return new Verification
        {
            ChangeId = change.Id,
            Outcome = decided.Outcome!.Value,
            Reason = interrupted ? $"Interrupted while measuring. {decided.Reason}"
                : counters is null && decided.Outcome is VerificationOutcome.Unproven ? $"pg_stat_statements is missing or unreadable here, so traffic cannot be measured. {decided.Reason}"
                : decided.Reason,
            BaselineWindow = Duration.FromSeconds(before.Seconds),
            AfterWindow = Duration.FromSeconds(after.Seconds),
            Statements = decided.Statements,
            SavedMsPerSecond = decided.SavedMsPerSecond,
        };
    }

    public ValueTask DisposeAsync() => reader.DisposeAsync();

    private (string Schema, string Table)? Subject => change.Operation switch
    {
        CreateIndexSpec create => (create.Schema, create.Table),
        DropIndexSpec drop => (drop.Schema, drop.Table),
        _ => null,
    };

    private async Task ReadAsync(CounterWindow window, Func<bool> done, double maximum, Action<double> progress, CancellationToken cancellation)
    {
        var last = time.GetTimestamp();
        do
        {
            await Task.Delay(options.Tick.ToTimeSpan(), time, cancellation);
            var reading = await counters!.ReadAsync(cancellation);
            var now = time.GetTimestamp();
            window.Add(reading, time.GetElapsedTime(last, now).TotalSeconds);
            last = now;
            if (ReferenceEquals(window, after))
            {
                await LookForStalledAsync(cancellation);
                bytesAfter = await BytesAsync(cancellation);
            }

            progress(window.Seconds);
        }
        while (!done() && window.Seconds < maximum);
    }

    private async Task LookForStalledAsync(CancellationToken cancellation)
    {
        stalled = [.. (await counters!.RunningAsync(cancellation))
            .Where(r => r.RunningMs >= StalledMs && r.RunningMs < after.Seconds * 1000 && texts.ContainsKey(r.QueryId))
            .Select(r => new StalledCall(r.QueryId, texts[r.QueryId], r.RunningMs, before.Of(r.QueryId).MeanMs))
            .Where(s => before.Of(s.QueryId).Calls >= VerificationRules.FewestCalls && s.RunningMs >= StalledTimes * s.MeanMsBefore && (Subject is null || RolesOf(s.QueryId, s.Text) is not StatementRoles.None))];
    }

    private async Task<long> BytesAsync(CancellationToken cancellation)
        => Subject is var (schema, table)
            ? (await reader.QueryAsync<long>(SqlResource.Load("Change/Sql/table_size.sql"), new { schema, table }, cancellation)).Sum()
            : 0;

    private VerificationAnswer Decide(bool final) => VerificationRules.Decide(new VerificationQuestion
    {
        Operation = change.Operation,
        Statements = [.. texts.Where(t => SqlText.KindOf(t.Value) is not StatementKind.Utility).Select(t => Observe(t.Key, t.Value))
            .Concat(change.Gains.Where(g => !texts.ContainsKey(g)).Select(g => probes.Of(g, null, StatementRoles.Gains)).OfType<ObservedStatement>())],
        Stalled = stalled,
        SubjectGrowth = bytesBefore > 0 && bytesAfter > bytesBefore ? (double)bytesAfter / bytesBefore : 1,
        Final = final,
        WindowComplete = after.Seconds >= options.AfterMinimum.TotalSeconds,
    });

    private ObservedStatement Observe(long id, string text)
    {
        var roles = RolesOf(id, text);
        var (first, second) = (BaselineOf(id), after.Of(id));
        if (!(EnoughBefore(id) && second.Calls >= VerificationRules.EnoughCalls) && probes.Of(id, text, roles) is { } probed)
        {
            return probed;
        }

        // A rate needs a window: history has none, so what runs rarely is weighted by both windows together.
        var live = before.Of(id);
        var rate = live.Calls >= VerificationRules.FewestCalls || before.Seconds + after.Seconds == 0
            ? live.Calls / Math.Max(before.Seconds, 1e-9)
            : (live.Calls + second.Calls) / (before.Seconds + after.Seconds);
        return new ObservedStatement { QueryId = id, Text = text, Roles = roles, Before = first, After = second, CallsPerSecond = rate };
    }

    // A gaining statement that runs too rarely for the window is compared with its own history since the counters' last reset, unless an
    // earlier change lies within it: that one's gain must not be credited to this one.
    private StatementSample BaselineOf(long id)
    {
        var live = before.Of(id);
        return hasHistory && live.Calls < VerificationRules.EnoughCalls && change.Gains.Contains(id) && before.HistoryOf(id) is { Calls: >= VerificationRules.EnoughCalls } history
            ? history
            : live;
    }

    private StatementRoles RolesOf(long id, string text)
    {
        var roles = change.Gains.Contains(id) ? StatementRoles.Gains : StatementRoles.None;
        if (SqlLexer.Tokens(text).Any(t => t.Kind is SqlTokenKind.Word or SqlTokenKind.QuotedIdentifier && names.Contains(Identifier(t))))
        {
            roles |= StatementRoles.Touches;
        }

        return SqlText.KindOf(text) is StatementKind.Select or StatementKind.Utility || roles is StatementRoles.None && Subject is not null ? roles : roles | StatementRoles.Writes;
    }

    private static string Identifier(SqlToken token) => token.Kind is SqlTokenKind.Word
        ? token.Text.ToLowerInvariant()
        : token.Text.Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal);

    private bool EnoughBefore(long id) => before.Of(id).Calls >= VerificationRules.EnoughCalls;

    private bool Enough(long id) => BaselineOf(id).Calls >= VerificationRules.EnoughCalls && after.Of(id).Calls >= VerificationRules.EnoughCalls;

    // True when waiting longer will not tell more.
    private bool SeenEnough(double maximum)
    {
        if (change.Operation is not DropIndexSpec && change.Gains.Count > 0)
        {
            // Too little traffic to get there in time: the probes, if any, have to say it.
            return change.Gains.All(g => BaselineOf(g).Calls < VerificationRules.FewestCalls || after.Of(g).Calls / after.Seconds * maximum < VerificationRules.FewestCalls);
        }

        var concerned = texts.Where(t => Subject is null || RolesOf(t.Key, t.Value) is not StatementRoles.None).Select(t => t.Key).ToList();
        var total = concerned.Sum(id => before.Of(id).TotalMs);
        return concerned.Where(Enough).Sum(id => before.Of(id).TotalMs) >= EnoughSeen * total;
    }
}
