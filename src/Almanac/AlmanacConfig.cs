using Almanac.Advise;
using Almanac.Calendars;
using Almanac.Change;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Model;

namespace Almanac;

/// <summary>The whole configuration: one record for each word, read by <see cref="ConfigReader"/>.</summary>
public sealed record AlmanacConfig : IConfigRules
{
    [ConfigKey("The database to work on when none is named; the PG* variables by default.", Connection = true)]
    public string? Target { get; init; }

    [ConfigKey("Databases by name, each with its connection and region.")]
    public IReadOnlyList<DatabaseConfig> Databases { get; init; } = [];

    [ConfigKey("The database whose schema almanac keeps snapshots, approvals and the ledger.", Connection = true)]
    public string? Store { get; init; }

    public CalendarConfig Calendar { get; init; } = new();

    public GuardConfig Guard { get; init; } = new();

    public ChangeConfig Change { get; init; } = new();

    public AdviseConfig Advise { get; init; } = new();

    /// <inheritdoc />
    public IEnumerable<ConfigFault> Faults()
    {
        foreach (var twice in Databases.GroupBy(d => d.Name).Where(g => g.Count() > 1))
        {
            yield return new ConfigFault("databases", $"holds the name '{twice.Key}' more than once");
        }
    }
}
