using Almanac.Calendars;
using Almanac.Change;
using Almanac.Cli.Grammar;
using Almanac.Config;
using Almanac.Flows;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Observe;
using Almanac.Store;

namespace Almanac.Cli;

/// <summary>Where options and configuration become the parts that a verb works with; each part is made when it is first asked for.</summary>
internal sealed class Composition(VerbRun run)
{
    private BoundConfig<AlmanacConfig>? bound;
    private CalendarProfile? profile;

    /// <summary>The configuration in force, with the origin of each value.</summary>
    public BoundConfig<AlmanacConfig> Bound => bound ??= ConfigReader.Read<AlmanacConfig>(run.Context.WorkingFolder, run.Context.Environment, Flags(run), run.Value(run.Common.Config));

    public AlmanacConfig Config => Bound.Value;

    /// <summary>The calendar profile in force.</summary>
    public CalendarProfile Profile => profile ??= Config.Guard.ApplyTo(ProfileReader.Load(
        ProfileReader.Locate(Config.Calendar.Profile, [Path.Combine(run.Context.BaseFolder, "profiles")])));

    /// <summary>The regions of <c>--region</c>, of the named database, of the configuration, or the profile's primary one; in this order.</summary>
    public IReadOnlyList<string> Regions
    {
        get
        {
            var asked = (run.Value(run.Common.Region) ?? []).SelectMany(r => r.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
            var regions = asked.Count > 0 ? asked : [Named?.Region ?? Config.Calendar.Region ?? Profile.PrimaryRegion];
            return [.. regions.Select(id => Profile.Region(id).Id)];
        }
    }

    /// <summary>The region whose local time is shown beside instants.</summary>
    public RegionCalendar HomeRegion => Profile.Region(Regions[0]);

    /// <summary>The database to look at: <c>--db</c> (a connection, or the name of a configured database), the configuration, or the PG* environment.</summary>
    public ConnectionTarget Target => TargetReader.Read(Named?.Uri ?? Config.Target ?? string.Empty, run.Context.Environment);

    /// <summary>The database that holds the schema almanac: <c>--store</c>, the configuration, or the target itself.</summary>
    public ConnectionTarget StoreTarget => Config.Store is { } text ? TargetReader.Read(text, run.Context.Environment) : Target;

    /// <summary>True when a store, or a database that could hold one, was named anywhere; without it a verb answers from files alone.</summary>
    public bool NamesDatabase => Config.Store is not null || Config.Target is not null || run.Has(run.Common.Database);

    private DatabaseConfig? Named => Config.Target is { } text ? Config.Databases.FirstOrDefault(d => d.Name == text) : null;

    /// <summary>Opens the store; without the schema there is nothing to show, which is an error with a hint.</summary>
    /// <remarks>What an earlier engine left half-done is settled first, whatever the command.</remarks>
    public async Task<AlmanacDatabase> OpenStoreAsync(CancellationToken cancellation)
    {
        var database = await AlmanacDatabase.OpenAsync(StoreTarget, createSchema: false, cancellation);
        await SettleAsync(database, cancellation);
        return database;
    }

    /// <summary>Where there is a store, settles what an earlier engine left half-done on the target, and says so.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        if (await AlmanacDatabase.HasSchemaAsync(StoreTarget, cancellation))
        {
            await using var database = await OpenStoreAsync(cancellation);
        }
    }

    /// <summary>The same with the store open.</summary>
    public async Task SettleAsync(AlmanacDatabase database, CancellationToken cancellation)
    {
        var ledger = new LedgerStore(database);
        var states = ChangeHistory.Fold(await ledger.ReadAsync(new LedgerFilter(), cancellation));
        if (!states.Any(ChangeRecovery.IsOpen))
        {
            return;
        }

        try
        {
            await using var collector = new SnapshotCollector(Target);
            var id = (await collector.CollectAsync(cancellation)).Server.Target;
            var result = await new ChangeRecovery(Target, ledger, run.Context.Clock).SettleAsync(
                id, new DirectProgress<ChangeProgress>(p => run.Progress.Step(p.Text)), cancellation);
            foreach (var settled in result.Settlements)
            {
                run.Progress.Note($"settled {settled.ChangeId}: {settled.Found} {settled.Done}");
            }

            if (result.Busy is { } holder)
            {
                run.Progress.Note($"A change is under way: {holder}.");
            }
        }
        catch (AlmanacException e)
        {
            // The command itself may need less than settling does.
            run.Progress.Note($"An interrupted change could not be settled: {e.Message}");
        }
    }

    /// <summary>What the command line says, by configuration key.</summary>
    public static IReadOnlyDictionary<string, string> Flags(VerbRun run)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("target", run.Value(run.Common.Database));
        Add("store", run.Value(run.Common.Store));

        // A name is looked up among the shipped profiles, a path starts where the user stands.
        var profile = run.Value(run.Common.Profile);
        Add("calendar.profile", profile is not null && profile.Contains('/', StringComparison.Ordinal) ? run.PathOf(profile) : profile);
        return flags;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                flags[key] = value;
            }
        }
    }
}
