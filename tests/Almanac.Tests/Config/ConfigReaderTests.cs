using Almanac.Config;
using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Config;

public sealed class ConfigReaderTests
{
    private static BoundConfig<AlmanacConfig> Bind(string yaml, Dictionary<string, string>? variables = null, Dictionary<string, string>? flags = null, string? shared = null)
        => ConfigBinder.Bind<AlmanacConfig>(new ConfigSources
        {
            Files = shared is null ? [("almanac.yaml", yaml)] : [("almanac.yaml", yaml), ("/etc/almanac/almanac.yaml", shared)],
            Variables = variables ?? [],
            Flags = flags ?? [],
        });

    private static string[] Problems(string yaml, Dictionary<string, string>? variables = null) => [.. Bind(yaml, variables).Problems.Select(p => p.ToString())];

    [Fact]
    public void Without_sources_the_defaults_hold()
    {
        var bound = Bind(string.Empty);
        bound.Problems.ShouldBeEmpty();
        bound.Value.ShouldBeEquivalentTo(new AlmanacConfig());
        bound.Entries.ShouldAllBe(e => e.Origin == "default");
    }

    [Fact]
    public void Three_wrong_keys_or_values_are_all_reported_with_their_lines()
        => Problems("""
            target: postgresql://ann@db/shop
            gaurd:
              approvals: 2
            guard:
              requestExpiryHours: soon
            change:
              verifySeconds: 0
            """).ShouldBe([
            "almanac.yaml:2: unknown key 'gaurd'; did you mean 'guard'?",
            "almanac.yaml:5: guard.requestExpiryHours must be a number from 0.1 to 720, not 'soon'",
            "almanac.yaml:7: change.verifySeconds must be a whole number from 10 to 86400, not '0'",
        ]);

    [Theory]
    [InlineData("guard:\n  aprovals: 2", "almanac.yaml:2: unknown key 'guard.aprovals'; did you mean 'approvals'?")]
    [InlineData("guard:\n  request_expiry_hours: 2", "almanac.yaml:2: unknown key 'guard.request_expiry_hours'; did you mean 'requestExpiryHours'?")]
    [InlineData("guard: 3", "almanac.yaml:1: guard must be a group of 'key: value' lines")]
    [InlineData("guard:\n  approvals: [1, 2]", "almanac.yaml:2: guard.approvals must be a whole number from 1 to 9")]
    [InlineData("guard:\n  approvals: 1.5", "almanac.yaml:2: guard.approvals must be a whole number from 1 to 9, not '1.5'")]
    [InlineData("databases: shop", "almanac.yaml:1: databases must be a list of groups, each beginning with '- '")]
    [InlineData("databases:\n  - shop", "almanac.yaml:2: an item of databases must be a group of 'key: value' lines")]
    [InlineData("databases:\n  - name: shop", "almanac.yaml:2: an item of databases has no 'uri'")]
    [InlineData("databases:\n  - name: shop\n    url: service=x", "almanac.yaml:3: unknown key 'url'; did you mean 'uri'?")]
    [InlineData("databases:\n  - {name: a, uri: service=x}\n  - {name: a, uri: service=y}", "almanac.yaml:2: databases holds the name 'a' more than once")]
    [InlineData("- a\n- b", "almanac.yaml:1: expected 'key: value' lines")]
    [InlineData("target: a\n---\ntarget: b", "almanac.yaml:3: more than one YAML document")]
    public void A_wrong_file_says_what_and_where(string yaml, string problem) => Problems(yaml).ShouldBe([problem]);

    [Theory]
    [InlineData("target: a\ntarget: b", 2)]
    [InlineData("guard:\n  approvals: 1\n bad", 3)]
    [InlineData("target: [unclosed", 1)]
    public void A_syntax_error_or_a_doubled_key_is_reported_with_its_line(string yaml, int line)
    {
        var problem = Bind(yaml).Problems.ShouldHaveSingleItem();
        problem.Line.ShouldBeInRange(line - 1, line + 1);
        problem.Text.ShouldStartWith("not valid YAML: ");
    }

    [Fact]
    public void Flags_beat_variables_beat_files_beat_defaults_and_each_says_so()
    {
        var bound = Bind(
            "calendar:\n  region: from-file\n  profile: file\nstore: service=file\nguard:\n  approvals: 2",
            new() { ["ALMANAC_CALENDAR_REGION"] = "from-env", ["ALMANAC_STORE"] = "service=env", ["ALMANAC_GUARD_APPROVALS"] = "", ["HOME"] = "/x" },
            new() { ["store"] = "service=flag" },
            "guard:\n  approvals: 3\n  breakGlassMinutes: 30");
        bound.Problems.ShouldBeEmpty();
        bound.Value.Calendar.Region.ShouldBe("from-env");
        bound.Value.Calendar.Profile.ShouldBe("file");
        bound.Value.Store.ShouldBe("service=flag");
        bound.Value.Guard.Approvals.ShouldBe(2);
        bound.Value.Guard.BreakGlassMinutes.ShouldBe(30);
        bound.Entries.Single(e => e.Key == "calendar.region").Origin.ShouldBe("ALMANAC_CALENDAR_REGION");
        bound.Entries.Single(e => e.Key == "store").Origin.ShouldBe("command line");
        bound.Entries.Single(e => e.Key == "guard.approvals").Origin.ShouldBe("almanac.yaml:6");
        bound.Entries.Single(e => e.Key == "guard.breakGlassMinutes").Origin.ShouldBe("/etc/almanac/almanac.yaml:3");
        bound.Entries.Single(e => e.Key == "guard.requestExpiryHours").Origin.ShouldBe("default");
    }

    [Fact]
    public void Lists_come_from_files_and_from_comma_separated_variables()
    {
        Bind("guard:\n  breakGlassRoles: [ann, bob]").Value.Guard.BreakGlassRoles.ShouldBe(["ann", "bob"]);
        Bind("", new() { ["ALMANAC_GUARD_BREAK_GLASS_ROLES"] = "ann, bob" }).Value.Guard.BreakGlassRoles.ShouldBe(["ann", "bob"]);
        var databases = Bind("databases:\n  - name: shop\n    uri: env:SHOP\n    region: eu-central-1\n  - {name: crm, uri: service=crm}").Value.Databases;
        databases.ShouldBe([new DatabaseConfig { Name = "shop", Uri = "env:SHOP", Region = "eu-central-1" }, new DatabaseConfig { Name = "crm", Uri = "service=crm" }]);
    }

    [Fact]
    public void Wrong_variables_are_reported_with_the_nearest_and_foreign_ones_are_left_alone()
    {
        Problems("", new() { ["ALMANAC_TARGTE"] = "x", ["ALMANAC_GUARD_APPROVALS"] = "many", ["ALMANAC_PG_BIN"] = "/x", ["OTHER"] = "y" }).ShouldBe([
            "environment: ALMANAC_GUARD_APPROVALS must be a whole number from 1 to 9, not 'many'",
            "environment: unknown variable 'ALMANAC_TARGTE'; did you mean 'ALMANAC_TARGET'?",
        ]);
    }

    [Fact]
    public void Passwords_are_refused_in_files_and_masked_when_shown()
    {
        var problem = Problems("store: postgresql://ann:hunter2@db/shop").ShouldHaveSingleItem();
        problem.ShouldStartWith("almanac.yaml:1: store holds a password");
        problem.ShouldNotContain("hunter2");

        var bound = Bind("", new() { ["ALMANAC_TARGET"] = "postgresql://ann:hunter2@db/shop" });
        bound.Problems.ShouldBeEmpty();
        bound.Value.Target!.ShouldContain("hunter2");
        bound.Entries.Single(e => e.Key == "target").Value.ShouldBe("user=ann password=*** dbname=shop host=db");
        Bind("target: env:SHOP_URI").Entries.Single(e => e.Key == "target").Value.ShouldBe("env:SHOP_URI");
    }

    [Fact]
    public void Every_key_has_a_description_and_a_value_that_it_expects()
    {
        var keys = ConfigSchema.Of(typeof(AlmanacConfig));
        keys.ShouldAllBe(k => k.Description.EndsWith('.') && k.Expected.Length > 0);
        keys.Select(k => k.Path).ShouldBeUnique();
        keys.Single(k => k.Path == "guard.requestExpiryHours").Variable.ShouldBe("ALMANAC_GUARD_REQUEST_EXPIRY_HOURS");
        keys.Single(k => k.Path == "databases").Variable.ShouldBeNull();
    }

    [Fact]
    public void Files_are_found_in_the_working_directory_and_the_home()
    {
        var root = Directory.CreateTempSubdirectory("almanac-config-");
        try
        {
            var home = root.CreateSubdirectory("home");
            var work = root.CreateSubdirectory("work").FullName;
            File.WriteAllText(Path.Combine(home.CreateSubdirectory(".config").CreateSubdirectory("almanac").FullName, "almanac.yaml"), "calendar:\n  region: home\n  profile: p");
            File.WriteAllText(Path.Combine(work, "almanac.yaml"), "calendar:\n  region: work");
            File.WriteAllText(Path.Combine(work, "other.yaml"), "calendar:\n  region: other");
            var variables = new Dictionary<string, string> { ["HOME"] = home.FullName };

            ConfigReader.Read<AlmanacConfig>(work, variables).Value.Calendar.ShouldBe(new() { Region = "work", Profile = "p" });
            ConfigReader.Read<AlmanacConfig>(work, variables, file: "other.yaml").Value.Calendar.Region.ShouldBe("other");

            var missing = Should.Throw<AlmanacException>(() => ConfigReader.Read<AlmanacConfig>(work, variables, file: "absent.yaml"));
            missing.ExitCode.ShouldBe(ExitCode.ConfigurationInvalid);
            missing.Message.ShouldContain("absent.yaml");

            File.WriteAllText(Path.Combine(work, "almanac.yaml"), "calender: {}\nguard:\n  approvals: 0\n  x: 1");
            var error = Should.Throw<AlmanacException>(() => ConfigReader.Read<AlmanacConfig>(work, variables));
            error.ExitCode.ShouldBe(ExitCode.ConfigurationInvalid);
            error.Message.Split('\n').ShouldBe([
                "The configuration is invalid (3 problems):",
                "  almanac.yaml:1: unknown key 'calender'; did you mean 'calendar'?",
                "  almanac.yaml:3: guard.approvals must be a whole number from 1 to 9, not '0'",
                "  almanac.yaml:4: unknown key 'guard.x'; known here: approvals, breakGlassMinutes, breakGlassRoles, requestExpiryHours",
            ]);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public void References_lead_to_the_connection_text()
    {
        var root = Directory.CreateTempSubdirectory("almanac-reference-");
        try
        {
            var file = Path.Combine(root.FullName, "uri");
            File.WriteAllText(file, "postgresql://ann:pw@db/shop\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var variables = new Dictionary<string, string> { ["HOME"] = root.FullName, ["SHOP"] = "postgresql://bob@db2/shop" };

            TargetReader.Read("env:SHOP", variables).Display.ShouldBe("bob@db2:5432/shop");
            TargetReader.Read("file:" + file, variables).Password.ShouldBe("pw");
            TargetReader.Read("file:~/uri", variables).Password.ShouldBe("pw");
            Should.Throw<AlmanacException>(() => TargetReader.Read("env:ABSENT", variables)).Message.ShouldContain("ABSENT");
            Should.Throw<AlmanacException>(() => TargetReader.Read("file:/absent", variables)).ExitCode.ShouldBe(ExitCode.ConfigurationInvalid);

            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            Should.Throw<AlmanacException>(() => TargetReader.Read("file:" + file, variables)).Hint!.ShouldStartWith("chmod 600");
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
