using Almanac.Calendars;
using Almanac.Config;
using Almanac.Model;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Config;

public sealed class ProfileReaderTests
{
    private const string Main = "name: test\nprimaryRegion: r1\n";
    private const string Region = "id: r1\nname: One\nzone: Europe/Berlin\n";

    private static (CalendarProfile? Profile, string[] Problems) Parse(string main, params string[] regions)
    {
        var problems = new List<ConfigProblem>();
        var profile = ProfileParser.Parse(("profile.yaml", main), [.. regions.Select((text, i) => ($"regions/r{i + 1}.yaml", text))], problems);
        return (profile, [.. problems.Select(p => p.ToString())]);
    }

    [Fact]
    public void Rules_of_the_profile_and_of_the_region_add_up()
    {
        var (profile, problems) = Parse(
            Main + "approvals: 2\nprotections:\n  - name: Mornings\n    weekdays: [saturday, sunday]\n    from: 08:00\n    to: 12:30\n    level: approval\n    scopes: [ddl, scale-in]\n    source: us",
            Region + "protections:\n  - {name: Eve, date: 12-31, level: closed, leadHours: 6, tailHours: 1.5}\n  - {name: Moon, dates: [2027-02-06, 2028-01-26], level: closed}");

        problems.ShouldBeEmpty();
        profile!.Approvals.ShouldBe(2);
        var rules = profile.Region("r1").Protections;
        rules.Select(r => r.Name).ShouldBe(["Mornings", "Eve", "Moon"]);
        rules[0].From.ShouldBe(new LocalTime(8, 0));
        rules[0].To.ShouldBe(new LocalTime(12, 30));
        rules[0].Scopes.ShouldBe([GuardScope.Ddl, GuardScope.ScaleIn]);
        rules[0].Level.ShouldBe(GuardState.Approval);
        rules[0].Source.ShouldBe("us");
        rules[1].Lead.ShouldBe(Duration.FromHours(6));
        rules[1].Tail.ShouldBe(Duration.FromMinutes(90));
        rules[2].Days.ShouldBeOfType<ListedDays>().Dates.Count.ShouldBe(2);
    }

    [Fact]
    public void All_problems_of_all_files_are_reported_with_their_lines()
    {
        var (profile, problems) = Parse(
            Main + "seasons: []\napprovals: 0\nprotections:\n  - name: A\n    weekdays: [satruday]\n    level: shut\n    colour: red\n  - name: B\n    date: 31-12\n    level: closed\n    from: 8am",
            "id: other\nname: One\nzone: Europe/Berlinn\n");

        profile.ShouldBeNull();
        problems.ShouldBe(
            [
                "profile.yaml:4: approvals must be a whole number from 1 to 9, not '0'",
                "profile.yaml:8: level cannot be 'shut'; known here: approval, closed",
                "profile.yaml:7: weekdays cannot be 'satruday'; did you mean 'saturday'?",
                "profile.yaml:9: unknown key 'colour'; known here: date, dates, from, leadHours, level, name, scopes, source, tailHours, to, weekdays",
                "profile.yaml:11: date must be a month and day such as 02-14, not '31-12'",
                "profile.yaml:13: from must be a local time such as 08:00, not '8am'",
                "profile.yaml:3: unknown key 'seasons'; known here: approvals, description, name, primaryRegion, protections",
                "regions/r1.yaml:3: zone 'Europe/Berlinn' is no IANA time zone; did you mean 'Europe/Berlin'?",
                "regions/r1.yaml:1: id 'other' differs from the name of its file",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("  - {level: closed, date: 02-14}", "profile.yaml:4: name is missing")]
    [InlineData("  - {name: A, level: closed}", "profile.yaml:4: a protection needs exactly one of weekdays, date, dates")]
    [InlineData("  - {name: A, level: closed, date: 02-14, weekdays: monday}", "profile.yaml:4: a protection needs exactly one of weekdays, date, dates")]
    [InlineData("  - {name: A, level: closed, dates: [2027-02-30]}", "profile.yaml:4: dates must be a date such as 2027-02-06, not '2027-02-30'")]
    [InlineData("  - {name: A, level: closed, date: 02-14, scopes: [dll]}", "profile.yaml:4: scopes cannot be 'dll'; did you mean 'ddl'?")]
    [InlineData("  - {name: A, level: closed, date: 02-14, leadHours: 200}", "profile.yaml:4: leadHours must be a number from 0 to 168, not '200'")]
    [InlineData("  - just text", "profile.yaml:4: each item of protections must be a group of 'key: value' lines")]
    public void A_wrong_protection_says_what_and_where(string rule, string problem)
        => Parse(Main + "protections:\n" + rule, Region).Problems.ShouldBe([problem]);

    [Fact]
    public void The_primary_region_must_exist()
        => Parse("name: test\nprimaryRegion: r2\n", Region).Problems.ShouldBe(["profile.yaml:2: primaryRegion 'r2' is no region of the profile; did you mean 'r1'?"]);

    [Fact]
    public void A_profile_without_regions_or_content_is_refused()
    {
        Parse(Main).Problems.ShouldBe(["profile.yaml: the profile has no region: regions/*.yaml is empty"]);
        Parse(string.Empty, Region).Problems.ShouldBe(["profile.yaml: the file is empty"]);
        Parse(Main, string.Empty).Problems.ShouldBe(["regions/r1.yaml: the file is empty"]);
    }

    [Fact]
    public void A_folder_that_is_no_profile_is_a_configuration_error()
    {
        Should.Throw<AlmanacException>(() => ProfileReader.Load("/absent")).ExitCode.ShouldBe(ExitCode.ConfigurationInvalid);
        var error = Should.Throw<AlmanacException>(() => ProfileReader.Locate("weding", [Path.GetDirectoryName(Guard.WeddingProfile.Folder)!]));
        error.Message.ShouldContain("did you mean 'wedding'?");
        ProfileReader.Locate("wedding", ["/absent", Path.GetDirectoryName(Guard.WeddingProfile.Folder)!]).ShouldBe(Guard.WeddingProfile.Folder);
    }
}
