using System.CommandLine;
using System.Globalization;
using Almanac.Cli.Grammar;
using Almanac.Cli.Rendering;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using NodaTime;

namespace Almanac.Cli.Commands;

/// <summary><c>almanac guard</c>: may it be done now, and who allows an exception?</summary>
internal static class GuardCommand
{
    public const string Description = "Ask whether an act is allowed at a moment; request and give approvals; break the glass; pause.";

    public static Verb Build(CommandLine line)
        => new Verb("guard", Description).With(GuardCheckCommand.Build(line), Request(line), Approve(line), Deny(line), Override(line), Pause(line), Resume(line), History(line));

    private static Verb Request(CommandLine line)
    {
        var id = new Argument<string?>("CHANGE") { Description = "A change's id; without one the request is for an act of your own, such as a deployment.", Arity = ArgumentArity.ZeroOrOne };
        var reason = Reason("Why the exception is needed; kept in the ledger.");
        var scope = new Option<string>("--scope") { HelpName = Words.All<GuardScope>(), Description = "What kind of act (default: the change's own, or deploy)." };
        var duration = new Option<string>("--duration") { HelpName = "TIME", Description = "How long it will take, for example 40m." };
        return new Verb(
            "request",
            "Ask for approval of a change or of an act of your own; prints the id to approve.",
            new Example("guard request ci-0123456789 --reason 'search is too slow for Sunday'", "for a proposed index"),
            new Example("guard request --scope deploy --region eu-central-1 --reason 'hotfix 4711'", "for a deployment"))
            .With(id, reason, scope, duration)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var ledger = new LedgerStore(database);
                var change = run.Value(id) is { } changeId ? await ChangeAsync(ledger, changeId, cancellation) : null;
                var state = await new GuardStore(ledger, parts.Config.Guard).RequestAsync(
                    new GuardRequest
                    {
                        ChangeId = change?.Id,
                        Target = change?.Target,
                        Scope = run.Value(scope) is { } word ? Words.Parse<GuardScope>("--scope", word) : change?.Operation.Scope ?? GuardScope.Deploy,
                        Reason = run.Value(reason) ?? string.Empty,
                        Regions = parts.Regions,
                        Duration = run.Value(duration) is { } text ? InstantText.Duration("--duration", text) : change?.Estimate.Duration ?? Duration.Zero,
                        PlannedFor = run.Has(run.Common.At) ? run.At : null,
                        RequiredApprovals = parts.Config.Guard.Approvals ?? parts.Profile.Approvals,
                    },
                    run.Real,
                    cancellation);
                run.Output.Write(GuardViews.Of(state, parts.HomeRegion));
                return state.Status is ApprovalStatus.Approved ? ExitCode.Done : ExitCode.ApprovalPending;
            });
    }

    private static Verb Approve(CommandLine line)
    {
        var id = new Argument<string>("ID") { Description = "The request's or change's id." };
        var reason = Reason("A remark for the ledger.");
        return new Verb(
            "approve",
            "Approve a request, as the database role that the store authenticates; nobody approves their own.",
            new Example("guard approve rq-0123456789 --store postgresql://bob@db.example/almanac", "bob says yes"))
            .With(id, reason)
            .Runs(line, (run, cancellation) => AnswerAsync(run, (store, at) => store.ApproveAsync(run.Value(id)!, run.Value(reason), at, cancellation), cancellation));
    }

    private static Verb Deny(CommandLine line)
    {
        var id = new Argument<string>("ID") { Description = "The request's or change's id." };
        var reason = Reason("Why not; kept in the ledger.");
        return new Verb("deny", "Deny a request; a new one has to be made.", new Example("guard deny rq-0123456789 --reason 'wait for Monday'", "no"))
            .With(id, reason)
            .Runs(line, (run, cancellation) => AnswerAsync(run, (store, at) => store.DenyAsync(run.Value(id)!, run.Value(reason) ?? string.Empty, at, cancellation), cancellation));
    }

    private static Verb Override(CommandLine line)
    {
        var id = new Argument<string?>("CHANGE") { Description = "Only this change; without one the scopes and regions named.", Arity = ArgumentArity.ZeroOrOne };
        var reason = Reason("The emergency; kept in the ledger.");
        var scope = Scopes();
        var length = new Option<string>("--duration") { HelpName = "TIME", Description = "For how long (default and longest: guard.breakGlassMinutes)." };
        return new Verb(
            "override",
            "Break the glass: closed windows do not hold for a while. For members of guard.breakGlassRoles only.",
            new Example("guard override ci-0123456789 --reason 'outage 42' --duration 30m", "this one change, now"))
            .With(id, reason, scope, length)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var glass = await new GuardStore(new LedgerStore(database), parts.Config.Guard).OverrideAsync(
                    run.Value(id),
                    ScopesOf(run, scope),
                    run.Has(run.Common.Region) ? parts.Regions : [],
                    run.Value(reason) ?? string.Empty,
                    run.Value(length) is { } text ? InstantText.Duration("--duration", text) : null,
                    run.Real,
                    cancellation);
                run.Output.Write(new View(glass, [new Line($"The glass is broken until {Moments.Text(glass.Until, parts.HomeRegion)}: {glass.Reason}", Tone.Caution)]));
                return ExitCode.Done;
            });
    }

    private static Verb Pause(CommandLine line)
    {
        var reason = Reason("Why; kept in the ledger and shown to whoever is refused.");
        var scope = Scopes();
        var until = new Option<string>("--until") { HelpName = "INSTANT", Description = "When it ends by itself (default: when somebody resumes)." };
        return new Verb("pause", "Freeze everything, or some regions and scopes, at once.", new Example("guard pause --reason 'incident 7'", "nothing acts until `guard resume`"))
            .With(reason, scope, until)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var pause = await new GuardStore(new LedgerStore(database), parts.Config.Guard).PauseAsync(
                    run.Has(run.Common.Region) ? parts.Regions : [],
                    ScopesOf(run, scope),
                    run.Value(reason) ?? string.Empty,
                    run.Value(until) is { } text ? InstantText.Parse("--until", text) : null,
                    run.Real,
                    cancellation);
                run.Output.Write(GuardViews.Of([pause], parts.HomeRegion));
                return ExitCode.Done;
            });
    }

    private static Verb Resume(CommandLine line)
    {
        var reason = Reason("Why it may go on; kept in the ledger.");
        var scope = Scopes();
        return new Verb("resume", "End the pauses of these regions and scopes, or all of them.", new Example("guard resume --reason 'incident 7 is over'", "go on"))
            .With(reason, scope)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var left = await new GuardStore(new LedgerStore(database), parts.Config.Guard).ResumeAsync(
                    run.Has(run.Common.Region) ? parts.Regions : [], ScopesOf(run, scope), run.Value(reason) ?? string.Empty, run.Real, cancellation);
                run.Output.Write(GuardViews.Of(left, parts.HomeRegion));
                return ExitCode.Done;
            });
    }

    private static Verb History(CommandLine line)
    {
        var id = new Argument<string?>("ID") { Description = "Only this change or request.", Arity = ArgumentArity.ZeroOrOne };
        var newest = new Option<int?>("--last") { HelpName = "N", Description = "The newest N entries (default: 50)." };
        return new Verb("history", "Requests, answers, broken glass, pauses and refusals; and the requests still open.", new Example("guard history", "what waits for an answer?"))
            .With(id, newest)
            .Runs(line, async (run, cancellation) =>
            {
                var parts = new Composition(run);
                await using var database = await parts.OpenStoreAsync(cancellation);
                var store = new GuardStore(new LedgerStore(database), parts.Config.Guard);
                var only = run.Value(id);
                var entries = await store.HistoryAsync(only, run.Value(newest) is { } n and > 0 ? n : 50, cancellation);
                var requests = (await store.RequestsAsync(run.At, cancellation)).Where(r => only is null || r.Id == only).ToList();
                run.Output.Write(new View(
                    new { Entries = entries.Select(LedgerViews.Document), Requests = requests },
                    [
                        LedgerViews.Grid(entries) with { Empty = "Nobody asked for anything, and nothing was refused." },
                        new Grid(
                            ["id", "status", "scope", "by", "approved by", "needs", "expires", "reason"],
                            [.. requests.Where(r => r.Status is ApprovalStatus.Pending or ApprovalStatus.Approved).Select(RequestRow)]) { Title = "Open requests" },
                    ]));
                return ExitCode.Done;
            });
    }

    private static async Task<ExitCode> AnswerAsync(VerbRun run, Func<GuardStore, Instant, Task<ApprovalState>> answer, CancellationToken cancellation)
    {
        var parts = new Composition(run);
        await using var database = await parts.OpenStoreAsync(cancellation);
        var state = await answer(new GuardStore(new LedgerStore(database), parts.Config.Guard), run.Real);
        run.Output.Write(GuardViews.Of(state, parts.HomeRegion));
        return state.Status is ApprovalStatus.Pending ? ExitCode.ApprovalPending : ExitCode.Done;
    }

    private static async Task<ProposedChange> ChangeAsync(LedgerStore ledger, string id, CancellationToken cancellation)
        => ChangeHistory.Fold(await ledger.ReadAsync(new LedgerFilter { ChangeId = id }, cancellation)).FirstOrDefault(c => c.ChangeId == id)?.Change
            ?? throw new AlmanacException(ExitCode.Usage, $"The ledger knows no change {id}.", "`almanac change list` shows them; without an id the request is for an act of your own.");

    private static IReadOnlyList<Cell> RequestRow(ApprovalState request) =>
    [
        request.Id,
        Words.Of(request.Status),
        request.Scope is { } scope ? Words.Of(scope) : string.Empty,
        request.Requester,
        string.Join(", ", request.Approvers),
        request.Required.ToString(CultureInfo.InvariantCulture),
        request.ExpiresAt is { } expires ? Moments.Iso(expires) : string.Empty,
        request.Reason,
    ];

    private static Option<string> Reason(string description) => new("--reason") { HelpName = "TEXT", Description = description };

    private static Option<string[]> Scopes() => new("--scope") { HelpName = Words.All<GuardScope>(), Description = "Only this kind of act; may be repeated (default: all)." };

    private static List<GuardScope> ScopesOf(VerbRun run, Option<string[]> option)
        => [.. (run.Value(option) ?? []).Select(word => Words.Parse<GuardScope>("--scope", word))];
}
