using Almanac.Calendars;
using Almanac.Cli.Grammar;
using Almanac.Config;
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
    public CalendarProfile Profile => profile ??= ProfileReader.Load(
        ProfileReader.Locate(Config.Calendar.Profile, [Path.Combine(run.Context.BaseFolder, "profiles")]));

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
    public Task<AlmanacDatabase> OpenStoreAsync(CancellationToken cancellation) => AlmanacDatabase.OpenAsync(StoreTarget, createSchema: false, cancellation);

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
