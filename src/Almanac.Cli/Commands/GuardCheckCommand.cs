using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using NodaTime;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac guard check</c>: a gate for scripts. Without a store it answers from the calendar files alone.</summary>
internal static class GuardCheckCommand
{
    public static Verb Build(CommandLine line)
    {
        var scope = new Option<string>("--scope") { HelpName = Words.All<GuardScope>(), Description = "What kind of act (default: deploy)." };
        var duration = new Option<string>("--duration") { HelpName = "TIME", Description = "How long it will take, for example 40m or 1h30m; it must fit." };
        var request = new Option<string>("--request") { HelpName = "ID", Description = "Count the approvals of this request or change; needs a store." };
        return new Verb(
            "check",
            "Open (exit 0), closed (20) or approval needed (21), with reasons and when that changes. With --store pauses, approvals and broken glass count, too.",
            new Example("guard check --scope ddl --duration 40m --region eu-central-1 --at 2027-06-18T21:30:00Z", "closed: 40 minutes do not fit before Saturday begins in Berlin"),
            new Example("guard check && ./deploy.sh", "a gate in a script"),
            new Example("guard check --request rq-0123456789 --store postgresql://ci@db.example/almanac", "was the deployment approved by now?"))
            .With(scope, duration, request)
            .Runs(line, (run, cancellation) => RunAsync(run, run.Value(scope), run.Value(duration), run.Value(request), cancellation));
    }

    private static async Task<ExitCode> RunAsync(VerbRun run, string? scopeWord, string? durationText, string? request, CancellationToken cancellation)
    {
        var scope = scopeWord is null ? GuardScope.Deploy : Words.Parse<GuardScope>("--scope", scopeWord);
        var duration = durationText is null ? Duration.Zero : InstantText.Duration("--duration", durationText);
        var parts = new Composition(run);
        if (parts.Config.Store is not null || request is not null)
        {
            return await WithStoreAsync(run, parts, request, scope, duration, cancellation);
        }

        var verdict = GuardRules.Check(parts.Profile, new GuardQuestion { At = run.At, Scope = scope, Regions = parts.Regions, Duration = duration });
        run.Output.Write(GuardViews.Of(verdict, parts.Profile));
        return GuardViews.CodeOf(verdict.State);
    }

    // Apart, so that a check from files alone loads neither Npgsql nor Dapper.
    private static async Task<ExitCode> WithStoreAsync(
        VerbRun run, Composition parts, string? request, GuardScope scope, Duration duration, CancellationToken cancellation)
    {
        await using var database = await parts.OpenStoreAsync(cancellation);
        var gate = new GuardGate(parts.Profile, parts.Regions, new GuardStore(new LedgerStore(database), parts.Config.Guard));

        // A question about another moment is about that moment alone; only acting has to suit the real one, too.
        var answer = await gate.JudgeAsync(request, scope, duration, run.At, run.At, simulatedClockAllowed: true, cancellation);
        run.Output.Write(GuardViews.Of(answer, parts.Profile));
        return answer.Code;
    }
}
