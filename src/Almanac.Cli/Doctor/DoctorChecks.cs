using System.Globalization;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Cli.Doctor;

/// <summary>Judges a server and a login for a purpose: what is missing, what is more than needed, and how to mend it.</summary>
internal static class DoctorChecks
{
    private const int OldestVersion = 130000;
    private static readonly Duration ToleratedSkew = Duration.FromSeconds(2);

    /// <param name="found">What the server said.</param>
    /// <param name="skew">Server clock minus ours.</param>
    /// <param name="purpose">What the login is for.</param>
    /// <param name="strict">The purpose was named, so rights beyond it are reported, too.</param>
    public static IReadOnlyList<DoctorCheck> Judge(ServerPrerequisites found, Duration skew, Purpose purpose, bool strict) =>
    [
        new("connection", CheckState.Ok, $"connected to {found.Database} as {found.Role}"),
        found.VersionNumber >= OldestVersion
            ? new("version", CheckState.Ok, $"PostgreSQL {found.Version}")
            : new("version", CheckState.Fail, $"PostgreSQL {found.Version} is older than 13", "Upgrade the server to PostgreSQL 13 or later."),
        Standby(found, purpose),
        Statements(found),
        Hypopg(found, purpose),
        found.Monitors
            ? new("pg_monitor", CheckState.Ok, "may read all statistics")
            : new("pg_monitor", CheckState.Fail, $"{found.Role} may not read other sessions' statistics", $"GRANT pg_monitor TO {SqlText.Quote(found.Role)};"),
        Reading(found, purpose),
        .. purpose >= Purpose.Advisor ? Acting(found, purpose) : [],
        .. purpose == Purpose.Recover ? [Replicating(found)] : Array.Empty<DoctorCheck>(),
        Excess(found, purpose, strict),
        found.TrackIoTiming
            ? new("track_io_timing", CheckState.Ok, "on")
            : new("track_io_timing", CheckState.Warn, "off: time spent on reads is not told apart", "ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();"),
        found.Checksums
            ? new("checksums", CheckState.Ok, "on")
            : new("checksums", CheckState.Warn, "off: silent corruption goes unnoticed", "Stop the server, run `pg_checksums --enable -D DATADIR`, start it."),
        Clock(skew),
    ];

    private static DoctorCheck Standby(ServerPrerequisites found, Purpose purpose)
    {
        if (!found.InRecovery)
        {
            return new("primary", CheckState.Ok, "a primary: changes are possible");
        }

        var state = purpose >= Purpose.Operator ? CheckState.Fail : CheckState.Warn;
        return new("primary", state, "a standby: it can be read, not changed", "Give --db the primary, or several hosts with target_session_attrs=primary.");
    }

    private static DoctorCheck Statements(ServerPrerequisites found)
    {
        const string name = "pg_stat_statements";
        if (!found.StatementsAvailable)
        {
            return new(name, CheckState.Fail, "not installed on the server's machine", $"Install the contrib package (Debian: postgresql-{Major(found)}), then preload and create the extension.");
        }

        if (!found.StatementsPreloaded)
        {
            var libraries = found.PreloadedLibraries is { Length: > 0 } others ? $"{others}, {name}" : name;
            return new(name, CheckState.Fail, "not preloaded", $"ALTER SYSTEM SET shared_preload_libraries = {LibraryList(libraries)}; then restart the server{(found.StatementsInstalled ? string.Empty : $" and CREATE EXTENSION {name};")}");
        }

        if (!found.StatementsInstalled)
        {
            return new(name, CheckState.Fail, $"preloaded, but the extension does not exist in {found.Database}", $"CREATE EXTENSION {name};");
        }

        if (found.ComputeQueryId == "off")
        {
            return new(name, CheckState.Fail, "compute_query_id is off: nothing is counted", "ALTER SYSTEM SET compute_query_id = auto; SELECT pg_reload_conf();");
        }

        return found.StatementsTrack == "none"
            ? new(name, CheckState.Fail, "pg_stat_statements.track is none: nothing is counted", "ALTER SYSTEM SET pg_stat_statements.track = top; SELECT pg_reload_conf();")
            : new(name, CheckState.Ok, "preloaded and created");
    }

    private static DoctorCheck Hypopg(ServerPrerequisites found, Purpose purpose)
    {
        if (found.HypopgInstalled)
        {
            return new("hypopg", CheckState.Ok, "created");
        }

        var state = purpose == Purpose.Monitor ? CheckState.Warn : CheckState.Fail;
        return found.HypopgAvailable
            ? new("hypopg", state, $"installed on the machine, but the extension does not exist in {found.Database}", "CREATE EXTENSION hypopg;")
            : new("hypopg", state, "not installed on the server's machine: no what-if", $"apt-get install postgresql-{Major(found)}-hypopg, then CREATE EXTENSION hypopg;");
    }

    private static DoctorCheck Reading(ServerPrerequisites found, Purpose purpose)
    {
        if (purpose == Purpose.Monitor)
        {
            return new("tables", CheckState.Ok, Count(found.Tables, "table"));
        }

        if (found.Readable == found.Tables)
        {
            return new("SELECT", CheckState.Ok, $"may read {(found.Tables == 0 ? "the database, which has no tables" : $"all {Count(found.Tables, "table")}")}");
        }

        var fix = found.VersionNumber >= 140000 ? $"GRANT pg_read_all_data TO {SqlText.Quote(found.Role)};" : $"GRANT USAGE ON SCHEMA and SELECT ON ALL TABLES IN SCHEMA to {SqlText.Quote(found.Role)}; `almanac init` prints it.";
        return new("SELECT", CheckState.Fail, $"may not read {found.Tables - found.Readable} of {Count(found.Tables, "table")} (for example {found.UnreadableExample}): their statements cannot be planned", fix);
    }

    private static IEnumerable<DoctorCheck> Acting(ServerPrerequisites found, Purpose purpose)
    {
        var missing = purpose >= Purpose.Operator ? CheckState.Fail : CheckState.Warn;
        yield return found.Owned == found.Tables
            ? new("ownership", CheckState.Ok, $"acts as owner of {(found.Tables == 0 ? "every table there will be" : $"all {Count(found.Tables, "table")}")}")
            : new("ownership", purpose >= Purpose.Operator ? missing : CheckState.Ok, $"acts as owner of {found.Owned} of {Count(found.Tables, "table")}: indexes on the others can be advised, not built", $"GRANT {SqlText.Quote(found.OwnerExample ?? "OWNER")} TO {SqlText.Quote(found.Role)};");
        if (purpose >= Purpose.Operator)
        {
            yield return Parameters(found);
        }
    }

    private static DoctorCheck Parameters(ServerPrerequisites found)
    {
        if (found.Superuser)
        {
            return new("settings", CheckState.Ok, "may change every setting");
        }

        if (found.SettableParameters is null)
        {
            return new("settings", CheckState.Warn, "before PostgreSQL 15 only a superuser changes settings", "Apply proposed settings by hand, or upgrade.");
        }

        return found.SettableParameters.Count > 0
            ? new("settings", CheckState.Ok, $"may change {string.Join(", ", found.SettableParameters.Take(8))}{(found.SettableParameters.Count > 8 ? ", ..." : string.Empty)}")
            : new("settings", CheckState.Warn, "may change no setting", $"GRANT SET, ALTER SYSTEM ON PARAMETER work_mem, random_page_cost TO {SqlText.Quote(found.Role)};");
    }

    private static DoctorCheck Replicating(ServerPrerequisites found)
        => found.Replication || found.Superuser
            ? new("replication", CheckState.Ok, "may stream the write-ahead log")
            : new("replication", CheckState.Fail, "may not stream the write-ahead log", $"ALTER ROLE {SqlText.Quote(found.Role)} REPLICATION;");

    private static DoctorCheck Excess(ServerPrerequisites found, Purpose purpose, bool strict)
    {
        if (found.Superuser)
        {
            return new("least privilege", CheckState.Warn, $"{found.Role} is a superuser: more than Almanac needs", "Create the roles that `almanac init` prints and connect as one of them.");
        }

        List<string> more = [.. found.Excess];
        if (found.Replication && purpose != Purpose.Recover)
        {
            more.Add("REPLICATION");
        }

        if (strict && purpose == Purpose.Monitor && found.Readable > 0)
        {
            more.Add($"SELECT on {Count(found.Readable, "table")}");
        }

        if (strict && purpose < Purpose.Operator && found.Owned > 0)
        {
            more.Add($"ownership of {Count(found.Owned, "table")}");
        }

        return more.Count == 0
            ? new("least privilege", CheckState.Ok, "nothing more than needed is held")
            : new("least privilege", CheckState.Warn, $"{found.Role} holds more than is needed: {string.Join(", ", more)}", "Use the roles that `almanac init` prints, one for each purpose.");
    }

    private static DoctorCheck Clock(Duration skew)
    {
        var distance = skew < Duration.Zero ? -skew : skew;
        var text = string.Create(CultureInfo.InvariantCulture, $"server and this machine differ by {distance.TotalSeconds:0.0} s");
        return distance <= ToleratedSkew
            ? new("clock", CheckState.Ok, text)
            : new("clock", CheckState.Warn, text, "Run a time service (chrony, systemd-timesyncd) on both machines.");
    }

    private static string LibraryList(string libraries) => string.Join(", ", libraries.Split(',', StringSplitOptions.TrimEntries).Select(SqlText.Literal));

    private static int Major(ServerPrerequisites found) => found.VersionNumber / 10000;

    private static string Count(long number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? string.Empty : "s")}");
}
