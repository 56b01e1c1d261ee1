using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Config;
using Almanac.Model;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac config</c>: what is configured, and from where.</summary>
internal static class ConfigCommand
{
    public const string Description = "Show the configuration in force and where each value comes from; check the files.";

    public static Verb Build(CommandLine line)
    {
        var origin = new Option<bool>("--origin") { Description = "Also say where each value came from: flag, variable, file and line, or default." };
        return new Verb("config", Description).With(
            new Verb("view", "Show every key and its value; passwords are never shown.", new Example("config view --origin", "why does it connect to that server?"))
                .With(origin)
                .Runs(line, (run, _) => Task.FromResult(View(run, run.Value(origin)))),
            new Verb("check", "Check configuration and calendar profile; report every problem with file and line (exit 3).", new Example("config check --config staging.yaml", "before a roll-out"))
                .Runs(line, (run, _) => Task.FromResult(Check(run))));
    }

    private static ExitCode View(VerbRun run, bool origin)
    {
        var entries = new Composition(run).Bound.Entries;
        string[] columns = origin ? ["key", "value", "origin"] : ["key", "value"];
        run.Output.Write(new View(
            new { Entries = entries.Select(e => new { e.Key, e.Value, Origin = origin ? e.Origin : null }) },
            [new Grid(columns, [.. entries.Select(e => (IReadOnlyList<Cell>)(origin ? [e.Key, e.Value, e.Origin] : [e.Key, e.Value]))])]));
        return ExitCode.Done;
    }

    private static ExitCode Check(VerbRun run)
    {
        var found = ConfigReader.Inspect<AlmanacConfig>(run.Context.WorkingFolder, run.Context.Environment, Composition.Flags(run), run.Value(run.Common.Config));
        if (found.Problems.Count == 0)
        {
            // An invalid profile ends the command with every problem of its own.
            var parts = new Composition(run);
            var profile = parts.Profile;
            run.Output.Write(new View(
                new { Valid = true, Problems = Array.Empty<ConfigProblem>(), Profile = profile.Name, Regions = profile.Regions.Select(r => r.Id) },
                [new Line($"The configuration and the profile {profile.Name} ({profile.Regions.Count} regions) are valid.", Tone.Good)]));
            return ExitCode.Done;
        }

        run.Output.Write(new View(
            new { Valid = false, found.Problems },
            [
                new Grid(["file", "line", "problem"], [.. found.Problems.Select(p => (IReadOnlyList<Cell>)[p.File, p.Line > 0 ? p.Line.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Empty, p.Text])]),
                new Line($"{found.Problems.Count} problem{(found.Problems.Count == 1 ? string.Empty : "s")}.", Tone.Bad),
            ]));
        return ExitCode.ConfigurationInvalid;
    }
}
