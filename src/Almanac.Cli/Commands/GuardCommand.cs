using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Guard;
using Almanac.Model;
using NodaTime;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac guard</c>: may it be done now, and who allows an exception?</summary>
internal static class GuardCommand
{
    public const string Description = "Ask whether an act is allowed at a moment; request and give approvals; pause.";

    public static Verb Build(CommandLine line) => new Verb("guard", Description).With(Check(line));

    private static Verb Check(CommandLine line)
    {
        var scope = new Option<string>("--scope") { HelpName = Words.All<GuardScope>(), Description = "What kind of act (default: deploy)." };
        var duration = new Option<string>("--duration") { HelpName = "TIME", Description = "How long it will take, for example 40m or 1h30m; it must fit." };
        return new Verb(
            "check",
            "Open (exit 0), closed (20) or approval needed (21), with reasons and when that changes.",
            new Example("guard check --scope ddl --duration 40m --region eu-central-1 --at 2027-06-18T21:30:00Z", "closed: 40 minutes do not fit before Saturday begins in Berlin"),
            new Example("guard check && ./deploy.sh", "a gate in a script"))
            .With(scope, duration)
            .Runs(line, (run, cancellation) => CheckAsync(run, run.Value(scope), run.Value(duration), cancellation));
    }

    private static Task<ExitCode> CheckAsync(VerbRun run, string? scope, string? duration, CancellationToken cancellation)
    {
        var parts = new Composition(run);
        var question = new GuardQuestion
        {
            At = run.At,
            Scope = scope is null ? GuardScope.Deploy : Words.Parse<GuardScope>("--scope", scope),
            Regions = parts.Regions,
            Duration = duration is null ? Duration.Zero : InstantText.Duration("--duration", duration),
        };
        var verdict = GuardRules.Check(parts.Profile, question);
        run.Output.Write(GuardViews.Of(verdict, parts.Profile));
        return Task.FromResult(GuardViews.CodeOf(verdict.State));
    }
}
