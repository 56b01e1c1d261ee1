using System.CommandLine;
using Almanac.Cli.Doctor;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac doctor</c>: is everything there that Almanac needs, and nothing more?</summary>
internal static class DoctorCommand
{
    public const string Description = "Check connectivity, privileges, extensions and clocks of a database; print each fix.";

    public static Verb Build(CommandLine line)
    {
        var purpose = new Option<string>("--for")
        {
            HelpName = Words.All<Purpose>(),
            Description = "What the login is meant for; what it holds beyond that is reported (default: advisor, with ownership allowed).",
        };
        return new Verb(
            "doctor",
            Description,
            new Example("doctor --db postgresql://app@db.example/shop", "can this login observe and advise, and what is missing?"),
            new Example("doctor --db service=shop --for operator -o json", "may it also build indexes? as a document"))
            .With(purpose)
            .Runs(line, (run, cancellation) => RunAsync(run, run.Value(purpose), cancellation));
    }

    private static async Task<ExitCode> RunAsync(VerbRun run, string? purposeText, CancellationToken cancellation)
    {
        var purpose = purposeText is null ? Purpose.Advisor : Words.Parse<Purpose>("--for", purposeText);
        var parts = new Composition(run);
        var target = parts.Target;
        await using var reader = await PostgresReader.OpenAsync(target, "doctor", cancellation);
        var before = run.Context.Clock.GetCurrentInstant();
        var found = await PrerequisitesReader.ReadAsync(reader, cancellation);
        var after = run.Context.Clock.GetCurrentInstant();
        var skew = Skew(found.ServerTime, before, after);

        await parts.SettleAsync(cancellation);
        var checks = DoctorChecks.Judge(found, skew, purpose, strict: purposeText is not null);
        var failed = checks.Count(c => c.State == CheckState.Fail);
        var verdict = failed == 0 ? $"Ready for {Words.Of(purpose)}." : $"{failed} of {checks.Count} checks failed.";
        run.Output.Write(new View(
            new { Target = target.Display, Purpose = purpose, Ready = failed == 0, Checks = checks },
            [new Grid(["", "check", "finding"], [.. checks.Select(Row)]),
            .. checks.Where(c => c.Fix is not null && c.State != CheckState.Ok).Select(c => new Line($"fix {c.Check}: {c.Fix}")),
            new Line(verdict, failed == 0 ? Tone.Good : Tone.Bad)]));
        return failed == 0 ? ExitCode.Done : ExitCode.PrerequisiteMissing;
    }

    // The server's clock was read somewhere between the two instants: within them there is no skew to speak of.
    private static Duration Skew(Instant server, Instant before, Instant after)
        => server < before ? server - before : server > after ? server - after : Duration.Zero;

    private static IReadOnlyList<Cell> Row(DoctorCheck check)
    {
        var tone = check.State switch
        {
            CheckState.Ok => Tone.Good,
            CheckState.Warn => Tone.Caution,
            _ => Tone.Bad,
        };
        return [new Cell(Words.Of(check.State), tone), check.Check, check.Finding];
    }
}
