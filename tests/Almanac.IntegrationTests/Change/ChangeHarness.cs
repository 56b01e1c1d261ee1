using Almanac.Calendars;
using Almanac.Change;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Store;
using Almanac.Testing;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.IntegrationTests.Change;

/// <summary>A database with a ledger, a gate that is open (unless told otherwise) and short measuring windows.</summary>
internal sealed class ChangeHarness : IAsyncDisposable
{
    public static readonly Instant Monday = Instant.FromUtc(2027, 6, 14, 10, 0);

    private readonly AlmanacDatabase store;
    private readonly List<IAsyncDisposable> owned = [];

    private ChangeHarness(PrivateTarget target, string targetId, AlmanacDatabase store)
    {
        TargetId = targetId;
        Private = target;
        this.store = store;
        Ledger = new LedgerStore(store);
    }

    public PrivateTarget Private { get; }

    public ConnectionTarget Target => Private.Target;

    public string TargetId { get; }

    public LedgerStore Ledger { get; }

    public ChangeRecovery Recovery => new(Target, Ledger, TimeProvider.System);

    public MeasureOptions Measure { get; init; } = new()
    {
        BaselineMinimum = Duration.FromSeconds(2),
        BaselineMaximum = Duration.FromSeconds(6),
        AfterMinimum = Duration.FromSeconds(2),
        AfterMaximum = Duration.FromSeconds(20),
        Tick = Duration.FromMilliseconds(250),
        Settle = Duration.FromMilliseconds(250),
        ProbeTimeout = Duration.FromSeconds(5),
    };

    /// <summary>No window to speak of: for tests of everything but the measurement.</summary>
    public static readonly MeasureOptions Instantly = new()
    {
        BaselineMinimum = Duration.FromMilliseconds(50),
        BaselineMaximum = Duration.FromMilliseconds(50),
        AfterMinimum = Duration.FromMilliseconds(50),
        AfterMaximum = Duration.FromMilliseconds(50),
        Tick = Duration.FromMilliseconds(50),
        Settle = Duration.FromMilliseconds(1),
    };

    public static async Task<ChangeHarness> CreateAsync(PostgresFixture postgres)
    {
        var database = await postgres.CreateDatabaseAsync();
        var harness = await CreateAsync(database.Private);
        harness.owned.Add(database);
        return harness;
    }

    public static async Task<ChangeHarness> CreateAsync(PrivateTarget target)
    {
        // The superuser is called almanac: without this its tables would land in the store's schema of that name.
        string id;
        await using (var session = await ScratchWriter.OpenAsync(target, "test", CancellationToken.None))
        {
            id = await session.ScalarAsync<string>("SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || current_database()", null, CancellationToken.None);
            await session.ExecuteAsync($"ALTER DATABASE {SqlText.Quote(target.Target.Database)} SET search_path = public", CancellationToken.None);
        }

        return new ChangeHarness(target, id, await AlmanacDatabase.OpenAsync(target.Target, createSchema: true, CancellationToken.None));
    }

    public ChangeRunner Runner(ProtectionRule? rule = null, ConnectionTarget? target = null) => new(target ?? Target, Ledger, Gate(rule), TimeProvider.System);

    public Task<ChangeOutcome> RunAsync(ProposedChange change, MeasureOptions? measure = null, IReadOnlyList<ProbePlan>? probes = null, IProgress<ChangeProgress>? progress = null, CancellationToken cancellation = default)
        => Runner().RunAsync(change, Options(measure, probes), progress, cancellation);

    public RunOptions Options(MeasureOptions? measure = null, IReadOnlyList<ProbePlan>? probes = null) => new()
    {
        Asked = Monday,
        SimulatedClockAllowed = true,
        Measure = measure ?? Measure,
        Probes = probes ?? [],
        CleanUpTime = Duration.FromSeconds(30),
    };

    public ProposedChange Propose(OperationSpec operation, params IReadOnlyList<long> gains) => new()
    {
        Id = ChangeIds.For(TargetId, operation),
        Target = TargetId,
        Operation = operation,
        Reason = "A test proposes it.",
        Estimate = new ChangeEstimate { SavedShare = 0.5, SavedMs = 1, Bytes = 0, WriteOverheadMs = 0, Duration = Duration.FromSeconds(1) },
        Gains = gains,
    };

    public static CreateIndexSpec Index(string table, params string[] keys)
    {
        var spec = new CreateIndexSpec { Schema = "public", Table = table, Name = "x", Keys = keys };
        return spec with { Name = IndexNames.For(table, spec.Body(), keys) };
    }

    public async Task<DropIndexSpec> DropAsync(string table, string index, bool invalid = false) => new()
    {
        Schema = "public",
        Table = table,
        Name = index,
        Definition = await ScalarAsync<string>($"SELECT pg_get_indexdef('public.{index}'::regclass)"),
        Invalid = invalid,
    };

    public async Task ExecuteAsync(params string[] statements)
    {
        await using var session = await ScratchWriter.OpenAsync(Private, "test", CancellationToken.None);
        foreach (var statement in statements)
        {
            await session.ExecuteAsync(statement, CancellationToken.None);
        }
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var session = await ScratchWriter.OpenAsync(Private, "test", CancellationToken.None);
        return await session.ScalarAsync<T>(sql, null, CancellationToken.None);
    }

    /// <summary>valid, invalid or none.</summary>
    public async Task<string> IndexStateAsync(string name)
        => await ScalarAsync<string?>($"SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END FROM pg_index WHERE indexrelid = to_regclass('public.{name}')") ?? "none";

    public Task<long> QueryIdAsync(string like)
        => ScalarAsync<long>($"SELECT queryid FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query LIKE {SqlText.Literal(like)} AND query NOT LIKE '%pg_stat_statements%'");

    public async Task<IReadOnlyList<LedgerKind>> KindsAsync(ProposedChange change)
        => [.. (await Ledger.ReadAsync(new LedgerFilter { ChangeId = change.Id }, CancellationToken.None)).Select(e => e.Kind)];

    public async Task<ChangeState> StateAsync(ProposedChange change)
        => ChangeHistory.Fold(await Ledger.ReadAsync(new LedgerFilter { ChangeId = change.Id }, CancellationToken.None)).Single();

    /// <summary>What an engine writes before its first statement.</summary>
    public Task RecordAsync(ProposedChange change, LedgerKind kind, object payload)
        => Ledger.AppendAsync(kind, change.Target, change.Id, payload, Monday, CancellationToken.None);

    public Task RecordApplyingAsync(ProposedChange change, int pid = 0, string? definition = null, string? value = null)
        => RecordAsync(change, LedgerKind.Applying, new ApplyingPayload(change, "step", pid, null, definition, value));

    /// <summary>A session that holds a snapshot until it is disposed: every concurrent build waits for it.</summary>
    public async Task<IAsyncDisposable> HoldSnapshotAsync(string? alsoRead = null)
    {
        var session = await ScratchWriter.OpenAsync(Private, "test", CancellationToken.None);
        await session.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ", CancellationToken.None);
        await session.ExecuteAsync($"SELECT count(*) FROM {alsoRead ?? "pg_class"}", CancellationToken.None);
        return session;
    }

    public async Task WaitForAsync(string condition)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await ScalarAsync<bool>(condition))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException(condition);
    }

    public static GuardGate Gate(ProtectionRule? rule = null) => new(
        new CalendarProfile
        {
            Name = "test",
            PrimaryRegion = "utc",
            Regions = [new RegionCalendar { Id = "utc", Name = "UTC", Zone = DateTimeZone.Utc, Protections = rule is null ? [] : [rule] }],
        },
        [],
        null);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        foreach (var item in owned)
        {
            await item.DisposeAsync();
        }
    }
}

/// <summary>Statements that run over and over in sessions of their own until disposed.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> loops = [];

    public static async Task<Traffic> StartAsync(PrivateTarget target, params (string Sql, Func<int, object> Parameters, int PauseMs)[] statements)
    {
        var traffic = new Traffic();
        foreach (var (sql, parameters, pause) in statements)
        {
            var session = await ScratchWriter.OpenAsync(target, "test", CancellationToken.None);
            traffic.loops.Add(traffic.LoopAsync(session, sql, parameters, pause));
        }

        return traffic;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        stop.Dispose();
    }

    private async Task LoopAsync(ScratchWriter session, string sql, Func<int, object> parameters, int pause)
    {
        await using (session)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                try
                {
                    await session.QueryAsync<int>(sql, parameters(i), stop.Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System, stop.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }
}
