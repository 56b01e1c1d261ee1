using Almanac.Calendars;
using Almanac.Model;
using NodaTime;
using NodaTime.Text;

namespace Almanac.Config;

/// <summary>Turns the texts of a profile folder into a <see cref="CalendarProfile"/>, or says everything that is wrong with them.</summary>
internal static class ProfileParser
{
    private const double LongestLeadHours = 7 * 24;

    private static readonly Dictionary<string, GuardState> Levels = new() { ["approval"] = GuardState.Approval, ["closed"] = GuardState.Closed };

    private static readonly Dictionary<string, IsoDayOfWeek> Weekdays
        = Enum.GetValues<IsoDayOfWeek>().Where(d => d != IsoDayOfWeek.None).ToDictionary(d => d.ToString().ToLowerInvariant());

    private static readonly Dictionary<string, GuardScope> Scopes = Enum.GetValues<GuardScope>().ToDictionary(GuardScopes.Name);

    private static readonly AnnualDatePattern MonthAndDay = AnnualDatePattern.CreateWithInvariantCulture("MM'-'dd");
    private static readonly LocalTimePattern HourAndMinute = LocalTimePattern.CreateWithInvariantCulture("HH':'mm");

    /// <summary>The profile, or null when there are problems.</summary>
    public static CalendarProfile? Parse((string File, string Text) main, IReadOnlyList<(string File, string Text)> regions, ICollection<ConfigProblem> problems)
    {
        var (file, text) = main;
        if (YamlText.Parse(file, text, problems) is not { } root)
        {
            if (problems.Count == 0)
            {
                problems.Add(new ConfigProblem(file, 0, "the file is empty"));
            }

            return null;
        }

        var section = new YamlSection(root, file, problems);
        var name = section.Text("name", required: true);
        section.Text("description");
        var primary = section.Text("primaryRegion", required: true);
        var approvals = section.Whole("approvals", 1, 9) ?? 1;
        var everywhere = Protections(section);
        section.Done();

        var calendars = regions.Select(r => Region(r.File, r.Text, everywhere, problems)).OfType<RegionCalendar>().ToList();
        if (regions.Count == 0)
        {
            problems.Add(new ConfigProblem(file, 0, "the profile has no region: regions/*.yaml is empty"));
        }
        else if (primary is not null && problems.Count == 0 && calendars.TrueForAll(c => c.Id != primary))
        {
            section.Problem("primaryRegion", $"primaryRegion '{primary}' is no region of the profile{Nearest.Hint(primary, calendars.Select(c => c.Id))}");
        }

        return problems.Count > 0 ? null : new CalendarProfile
        {
            Name = name!,
            PrimaryRegion = primary!,
            Approvals = approvals,
            Regions = calendars,
        };
    }

    private static RegionCalendar? Region(string file, string text, IReadOnlyList<ProtectionRule> everywhere, ICollection<ConfigProblem> problems)
    {
        var before = problems.Count;
        if (YamlText.Parse(file, text, problems) is not { } root)
        {
            if (problems.Count == before)
            {
                problems.Add(new ConfigProblem(file, 0, "the file is empty"));
            }

            return null;
        }

        var section = new YamlSection(root, file, problems);
        var id = section.Text("id", required: true);
        var name = section.Text("name", required: true);
        var zoneName = section.Text("zone", required: true);
        var zone = zoneName is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneName);
        if (zoneName is not null && zone is null)
        {
            section.Problem("zone", $"zone '{zoneName}' is no IANA time zone{Nearest.Hint(zoneName, DateTimeZoneProviders.Tzdb.Ids)}");
        }

        if (id is not null && id != Path.GetFileNameWithoutExtension(file))
        {
            section.Problem("id", $"id '{id}' differs from the name of its file");
        }

        var protections = Protections(section);
        section.Done();
        return problems.Count > before ? null : new RegionCalendar
        {
            Id = id!,
            Name = name!,
            Zone = zone!,
            Protections = [.. everywhere, .. protections],
        };
    }

    private static IReadOnlyList<ProtectionRule> Protections(YamlSection section)
    {
        List<ProtectionRule> rules = [];
        foreach (var item in section.Sections("protections"))
        {
            var name = item.Text("name", required: true);
            var level = item.Word("level", Levels, required: true);
            var days = Days(item);
            var scopes = item.Words("scopes", Scopes);
            var from = item.Value("from", "a local time such as 08:00", Time);
            var to = item.Value("to", "a local time such as 12:00", Time);
            var rule = new ProtectionRule
            {
                Name = name ?? string.Empty,
                Level = level ?? GuardState.Closed,
                Days = days ?? new ListedDays([]),
                Scopes = scopes,
                From = from ?? LocalTime.Midnight,
                To = to ?? LocalTime.Midnight,
                Lead = item.Hours("leadHours", LongestLeadHours) ?? Duration.Zero,
                Tail = item.Hours("tailHours", LongestLeadHours) ?? Duration.Zero,
                Source = item.Text("source"),
            };
            item.Done();
            rules.Add(rule);
        }

        return rules;
    }

    private static RuleDays? Days(YamlSection item)
    {
        var weekdays = item.Words("weekdays", Weekdays);
        var yearly = item.Value("date", "a month and day such as 02-14", text => MonthAndDay.Parse(text) is { Success: true } r ? r.Value : (AnnualDate?)null);
        var listed = item.Values("dates", "a date such as 2027-02-06", text => LocalDatePattern.Iso.Parse(text) is { Success: true } r ? r.Value : (LocalDate?)null);
        if (new[] { item.Has("weekdays"), item.Has("date"), item.Has("dates") }.Count(given => given) != 1)
        {
            item.Problem("name", "a protection needs exactly one of weekdays, date, dates");
        }

        return yearly is { } date ? new YearlyDays(date)
            : weekdays.Count > 0 ? new WeekdayDays(weekdays)
            : listed.Count > 0 ? new ListedDays(listed)
            : null;
    }

    private static LocalTime? Time(string text) => HourAndMinute.Parse(text) is { Success: true } r ? r.Value : null;
}
