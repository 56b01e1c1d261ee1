using System.Diagnostics;
using Almanac.Change;
using Almanac.Embedded;
using Almanac.Ledger;
using Almanac.Load;
using Almanac.Model;
using Almanac.Samples;
using Almanac.Store;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Flows;

/// <summary>The guided run: a neglected marketplace on a private PostgreSQL, taken once through the whole loop, everything measured.</summary>
public sealed class DemoFlow(TimeProvider clock)
{
    /// <summary>The database of the sample marketplace.</summary>
    public const string Database = "wedsync";

    private readonly List<DemoStep> steps = [];
    private ulong seed;

    /// <summary>Runs from start to end; the cluster is stopped and removed whatever happens.</summary>
    public async Task<DemoResult> RunAsync(DemoRequest request, IProgress<FlowProgress> progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        seed = request.Seed;
        await using var cluster = await StepAsync(
            progress, "Start", "a private PostgreSQL 15, data checksums on, loopback only",
            () => EmbeddedCluster.StartAsync(new EmbeddedOptions { Purpose = "demo" }, clock, cancellation));
        var target = await cluster.CreateDatabaseAsync(Database, cancellation);
        var operations = await StepAsync(
            progress, "Load", $"the WedSync marketplace at scale {request.Scale:0.###}, in a neglected state",
            () => LoadAsync(target, request, progress, cancellation));

        var before = await StepAsync(
            progress, "Measure", $"four operation classes as they are, {request.Measure.TotalSeconds:0} s open loop at a stated rate, and CPU for one operation",
            () => MeasureAsync(target, operations, request.Measure, 40, cancellation));

        using var traffic = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = OpenLoopRunner.RunUntilCancelledAsync(target.Target, Plan(DemoTraffic.Mix(operations, DemoTraffic.PerSecond), request.Measure), traffic.Token);
        TuneResult saturday, tuned, bad;
        try
        {
            saturday = await StepAsync(
                progress, "Saturday", "the plan on a Saturday morning of the season: the guard has to refuse",
                () => TuneAsync(target, request, request.Saturday, [], progress, cancellation));
            tuned = await StepAsync(
                progress, "Tune", "the same plan on a Wednesday: apply one change at a time, measure each, keep or undo",
                () => TuneAsync(target, request, request.Wednesday, [], progress, cancellation));
            bad = await StepAsync(
                progress, "Bad advice", "a tip from a forum, taken through the same loop: the measurement has to undo it",
                () => TuneAsync(target, request, request.Wednesday, [BadAdvice.For(tuned)], progress, cancellation));
        }
        finally
        {
            await traffic.CancelAsync();
            await running;
        }

        var after = await StepAsync(
            progress, "Measure again", "the same classes at the same rate",
            () => MeasureAsync(target, operations, request.Measure, 400, cancellation));

        await using var store = await AlmanacDatabase.OpenAsync(target.Target, createSchema: false, cancellation);
        var ledger = new LedgerStore(store);
        var entries = await ledger.ReadAsync(new LedgerFilter(), cancellation);
        var check = await ledger.VerifyAsync(null, cancellation);
        await using var reader = await PostgresReader.OpenAsync(target.Target, "demo", cancellation);
        return new DemoResult
        {
            Scale = request.Scale,
            Seed = request.Seed,
            DatabaseBytes = await reader.ScalarAsync<long>("SELECT pg_database_size(current_database())", null, cancellation),
            ServerVersion = await reader.ScalarAsync<string>("SHOW server_version", null, cancellation),
            Cores = Environment.ProcessorCount,
            RunSeconds = request.Measure.TotalSeconds,
            Classes = [.. operations.Classes.Select(c => new DemoClass(c.Name, DemoTraffic.Describe(c.Name), c.ObjectiveMs ?? 0, before[c.Name], after[c.Name]))],
            Saturday = saturday,
            Tune = tuned,
            Bad = bad,
            Ledger = entries,
            LedgerHead = check.Head?.ToString() ?? string.Empty,
            Steps = steps,
            TotalSeconds = watch.Elapsed.TotalSeconds,
            Next = [],
        };
    }

    /// <summary>Starts a second, neglected copy that stays; answers its record.</summary>
    public async Task<EmbeddedRecord> KeepAsync(DemoRequest request, IProgress<FlowProgress> progress, CancellationToken cancellation)
    {
        var cluster = await EmbeddedCluster.StartAsync(new EmbeddedOptions { Purpose = "demo", Keep = true }, clock, cancellation);
        try
        {
            var target = await cluster.CreateDatabaseAsync(Database, cancellation);
            await LoadAsync(target, request, progress, cancellation);
            cluster.Describe(Database);
            return cluster.Record;
        }
        catch
        {
            await new EmbeddedRegistry().RemoveAsync(cluster.Record, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The trickle of traffic on a kept copy, until the cluster is stopped or the process is told to end.</summary>
    public static async Task TrickleAsync(EmbeddedRecord record, double scale, ulong seed, CancellationToken cancellation)
    {
        var target = EmbeddedCluster.TargetOf(new EmbeddedRegistry(), record, record.Database);
        var operations = new WedSyncOperations(new WedSyncWorld(scale, seed));
        var plan = Plan(DemoTraffic.Mix(operations, DemoTraffic.TricklePerSecond), TimeSpan.FromSeconds(1), seed + 1);
        await OpenLoopRunner.RunUntilCancelledAsync(target.Target, plan, cancellation);
    }

    private async Task<WedSyncOperations> LoadAsync(PrivateTarget target, DemoRequest request, IProgress<FlowProgress> progress, CancellationToken cancellation)
    {
        var world = await WedSyncLoader.LoadAsync(
            target, request.Scale, request.Seed,
            new DirectProgress<LoadProgress>(p => progress.Report(new FlowProgress("Loading the marketplace", (double)p.Rows / Math.Max(1, p.TotalRows)))),
            cancellation);
        await WedSyncNeglect.ApplyAsync(target, cancellation);

        await WedSyncNeglect.ForgetLoadingAsync(target, cancellation);

        // The consent to keep history and ledger in the target itself: it is the demo's own database.
        await using var store = await AlmanacDatabase.OpenAsync(target.Target, createSchema: true, cancellation);
        return new WedSyncOperations(world);
    }

    private async Task<TuneResult> TuneAsync(
        PrivateTarget target, DemoRequest request, Instant at, IReadOnlyList<ProposedChange> given, IProgress<FlowProgress> progress, CancellationToken cancellation)
        => await new TuneFlow(clock).RunAsync(
            new TuneRequest
            {
                Target = target.Target,
                Apply = true,
                At = at,
                Profile = request.Profile,
                Regions = [request.Profile.PrimaryRegion],
                Given = given,
                Measure = new MeasureOptions
                {
                    BaselineMinimum = Duration.FromSeconds(8),
                    BaselineMaximum = Duration.FromSeconds(16),
                    AfterMinimum = Duration.FromSeconds(8),
                    AfterMaximum = Duration.FromSeconds(30),
                },
            },
            progress,
            cancellation);

    private async Task<IReadOnlyDictionary<string, ClassMeasure>> MeasureAsync(
        PrivateTarget target, WedSyncOperations operations, TimeSpan duration, int operationsForCpu, CancellationToken cancellation)
    {
        var cpu = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var item in operations.Classes)
        {
            var run = await ClosedLoopRunner.RunFixedAsync(target.Target, item, operationsForCpu, 6, ++seed, cancellation);
            cpu[item.Name] = run.ServerCpuMsPerOperation ?? 0;
        }

        var result = await OpenLoopRunner.RunAsync(target.Target, Plan(DemoTraffic.Mix(operations, DemoTraffic.PerSecond), duration), cancellation);
        return result.Classes.Where(c => cpu.ContainsKey(c.Name)).ToDictionary(
            c => c.Name,
            c => new ClassMeasure
            {
                Rate = c.TargetRate,
                AchievedRate = c.AchievedRate,
                Count = c.Count,
                Errors = c.Errors.Values.Sum(),
                P50Ms = c.P50Ms,
                P95Ms = c.P95Ms,
                P99Ms = c.P99Ms,
                CpuMs = cpu[c.Name],
            },
            StringComparer.Ordinal);
    }

    private OpenLoopPlan Plan(IReadOnlyList<LoadClass> classes, TimeSpan duration) => Plan(classes, duration, ++seed);

    private static OpenLoopPlan Plan(IReadOnlyList<LoadClass> classes, TimeSpan duration, ulong seed)
        => new() { Classes = classes, Seed = seed, Duration = duration };

    private async Task<T> StepAsync<T>(IProgress<FlowProgress> progress, string title, string text, Func<Task<T>> work)
    {
        progress.Report(new FlowProgress($"{title}: {text}"));
        var watch = Stopwatch.StartNew();
        var result = await work();
        steps.Add(new DemoStep(title, text, watch.Elapsed.TotalSeconds));
        return result;
    }
}
