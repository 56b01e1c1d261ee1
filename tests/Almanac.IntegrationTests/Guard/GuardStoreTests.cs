using System.Security.Cryptography;
using Almanac.Calendars;
using Almanac.Config;
using Almanac.Guard;
using Almanac.Ledger;
using Almanac.Model;
using Almanac.Store;
using Almanac.Testing;
using NodaTime;
using Shouldly;
using Xunit;

namespace Almanac.IntegrationTests.Guard;

/// <summary>Approvals given and read by different database roles through a real ledger.</summary>
public sealed class GuardStoreTests(PostgresFixture fixture) : IAsyncLifetime
{
    // A Sunday in New York.
    private static readonly Instant Now = Instant.FromUtc(2027, 6, 20, 14, 0);

    private readonly string suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private readonly List<AlmanacDatabase> sessions = [];
    private readonly List<string> roles = [];
    private TestDatabase database = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private GuardConfig Policy => new() { BreakGlassRoles = [Name("glass")] };

    public async ValueTask InitializeAsync()
    {
        database = await fixture.CreateDatabaseAsync();
        sessions.Add(await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, Cancellation));
        await RoleAsync("glass", login: false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in sessions)
        {
            await session.DisposeAsync();
        }

        foreach (var role in roles)
        {
            await database.ExecuteAsync($"drop owned by {role}");
            await database.ExecuteAsync($"drop role {role}");
        }

        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_change_waits_until_another_role_approves_it()
    {
        var ann = await StoreAsync("ann");
        var bob = await StoreAsync("bob");
        var gate = new GuardGate(Profile(), ["us-east-1"], ann);
        (await JudgeAsync(gate)).Code.ShouldBe(ExitCode.ApprovalPending);

        var request = await ann.RequestAsync(new GuardRequest { ChangeId = "ci-1", Scope = GuardScope.Ddl, Reason = "slow search" }, Now, Cancellation);
        request.Status.ShouldBe(ApprovalStatus.Pending);
        request.Requester.ShouldBe(Name("ann"));
        (await JudgeAsync(gate)).Sentence.ShouldContain("requested by " + Name("ann"));

        var self = await Should.ThrowAsync<AlmanacException>(() => ann.ApproveAsync("ci-1", null, Now, Cancellation));
        self.ExitCode.ShouldBe(ExitCode.Refused);

        (await bob.ApproveAsync("ci-1", "looks right", Now, Cancellation)).Status.ShouldBe(ApprovalStatus.Approved);
        var answer = await JudgeAsync(gate);
        answer.ByApproval.ShouldBeTrue();
        answer.Sentence.ShouldStartWith($"Approved by {Name("bob")}: ");
        (await JudgeAsync(gate, Now + Duration.FromHours(13))).ByApproval.ShouldBeTrue();

        (await bob.HistoryAsync("ci-1", 10, Cancellation)).Select(e => e.Kind).ShouldBe([LedgerKind.Requested, LedgerKind.Approved]);
        (await bob.RequestsAsync(Now, Cancellation)).ShouldHaveSingleItem().Id.ShouldBe("ci-1");
    }

    [Fact]
    public async Task Who_proposed_a_change_cannot_approve_it_though_another_requested()
    {
        var ann = await StoreAsync("ann");
        var bobLedger = await LedgerAsync("bob");
        await bobLedger.AppendAsync(LedgerKind.Proposed, "1/db", "ci-1", new ApprovedPayload("only the actor counts"), Now, Cancellation);
        await ann.RequestAsync(new GuardRequest { ChangeId = "ci-1", Scope = GuardScope.Ddl, Reason = "r" }, Now, Cancellation);
        var error = await Should.ThrowAsync<AlmanacException>(() => new GuardStore(bobLedger, Policy).ApproveAsync("ci-1", null, Now, Cancellation));
        error.ExitCode.ShouldBe(ExitCode.Refused);
    }

    [Fact]
    public async Task A_deployment_gets_an_id_of_its_own_and_can_be_denied()
    {
        var ann = await StoreAsync("ann");
        var bob = await StoreAsync("bob");
        var request = await ann.RequestAsync(new GuardRequest { Scope = GuardScope.Deploy, Reason = "release 7" }, Now, Cancellation);
        request.Id.ShouldStartWith("rq-");

        (await bob.DenyAsync(request.Id, "not on a Sunday", Now, Cancellation)).DeniedBy.ShouldBe(Name("bob"));
        (await Should.ThrowAsync<AlmanacException>(() => bob.ApproveAsync(request.Id, null, Now, Cancellation))).Message.ShouldContain("not on a Sunday");
    }

    [Fact]
    public async Task Reasons_are_mandatory_and_unknown_or_expired_requests_are_said_to_be_so()
    {
        var ann = await StoreAsync("ann");
        var bob = await StoreAsync("bob");
        async Task<ExitCode> Code(Func<Task> act) => (await Should.ThrowAsync<AlmanacException>(act)).ExitCode;

        (await Code(() => ann.RequestAsync(new GuardRequest { Scope = GuardScope.Ddl, Reason = " " }, Now, Cancellation))).ShouldBe(ExitCode.Usage);
        (await Code(() => ann.PauseAsync([], [], "", null, Now, Cancellation))).ShouldBe(ExitCode.Usage);
        (await Code(() => ann.OverrideAsync("ci-1", [], [], "", null, Now, Cancellation))).ShouldBe(ExitCode.Usage);
        (await Code(() => bob.ApproveAsync("ci-9", null, Now, Cancellation))).ShouldBe(ExitCode.Usage);
        await ann.RequestAsync(new GuardRequest { ChangeId = "ci-1", Scope = GuardScope.Ddl, Reason = "r" }, Now, Cancellation);
        (await Code(() => bob.ApproveAsync("ci-1", null, Now + Duration.FromHours(24), Cancellation))).ShouldBe(ExitCode.Refused);
        (await bob.HistoryAsync(null, 10, Cancellation)).Count.ShouldBe(1, "nothing but the one valid request was recorded");
    }

    [Fact]
    public async Task Only_members_of_the_break_glass_role_break_the_glass()
    {
        var ann = await StoreAsync("ann");
        var refused = await Should.ThrowAsync<AlmanacException>(() => ann.OverrideAsync("ci-1", [], [], "outage", null, Now, Cancellation));
        refused.ExitCode.ShouldBe(ExitCode.Refused);
        refused.Message.ShouldContain(Name("glass"));

        // Her own entry, written past the store, has no effect either.
        await (await LedgerAsync("ann")).AppendAsync(LedgerKind.Overridden, null, "ci-1", new OverriddenPayload("mine", Now + Duration.FromHours(1)), Now, Cancellation);
        (await ann.OverridesAsync(Cancellation)).ShouldBeEmpty();

        await database.ExecuteAsync($"grant {Name("glass")} to {Name("ann")}");
        var tooLong = await Should.ThrowAsync<AlmanacException>(() => ann.OverrideAsync("ci-1", [], [], "outage", Duration.FromHours(2), Now, Cancellation));
        tooLong.ExitCode.ShouldBe(ExitCode.Usage);

        var saturday = Now - Duration.FromDays(1);
        var glass = await ann.OverrideAsync("ci-1", [], [], "outage", null, saturday, Cancellation);
        glass.Until.ShouldBe(saturday + Duration.FromHours(1));
        var gate = new GuardGate(Profile(), ["us-east-1"], ann);
        var answer = await JudgeAsync(gate, saturday);
        answer.ByBreakGlass.ShouldBeTrue();
        answer.TimeLeft.ShouldBe(Duration.FromHours(1));
        (await gate.JudgeAsync("ci-2", GuardScope.Ddl, Duration.Zero, saturday, saturday, false, Cancellation)).Code.ShouldBe(ExitCode.Refused);
    }

    [Fact]
    public async Task A_pause_stops_everything_until_resumed()
    {
        var ann = await StoreAsync("ann");
        var gate = new GuardGate(Profile(), ["us-east-1"], ann);
        var monday = Now + Duration.FromDays(1);
        (await JudgeAsync(gate, monday)).Allowed.ShouldBeTrue();

        await ann.PauseAsync(["us-east-1"], [], "incident 12", null, monday, Cancellation);
        (await JudgeAsync(gate, monday)).Code.ShouldBe(ExitCode.Refused);
        (await Should.ThrowAsync<AlmanacException>(() => ann.ResumeAsync(["eu-central-1"], [], "over", monday, Cancellation))).ExitCode.ShouldBe(ExitCode.Usage);

        (await ann.ResumeAsync([], [], "over", monday, Cancellation)).ShouldBeEmpty();
        (await JudgeAsync(gate, monday)).Allowed.ShouldBeTrue();
        (await Should.ThrowAsync<AlmanacException>(() => ann.ResumeAsync([], [], "again", monday, Cancellation))).Message.ShouldBe("Nothing is paused.");
    }

    [Fact]
    public async Task All_of_it_keeps_the_chain_whole()
    {
        var ann = await StoreAsync("ann");
        await ann.RequestAsync(new GuardRequest { ChangeId = "ci-1", Scope = GuardScope.Ddl, Reason = "r" }, Now, Cancellation);
        await ann.PauseAsync([], [], "p", Now + Duration.FromHours(1), Now, Cancellation);
        (await new LedgerStore(sessions[0]).VerifyAsync(null, Cancellation)).Ok.ShouldBeTrue();
    }

    private static Task<GateAnswer> JudgeAsync(GuardGate gate, Instant? at = null)
        => gate.JudgeAsync("ci-1", GuardScope.Ddl, Duration.FromMinutes(5), at ?? Now, at ?? Now, simulatedClockAllowed: false, Cancellation);

    private static CalendarProfile Profile()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Almanac.slnx")))
            {
                return ProfileReader.Load(Path.Combine(folder, "profiles", "wedding"));
            }
        }

        throw new DirectoryNotFoundException("profiles/wedding is not above the tests.");
    }

    private string Name(string role) => $"{role}_{suffix}";

    private async Task<GuardStore> StoreAsync(string role) => new(await LedgerAsync(role), Policy);

    private async Task<LedgerStore> LedgerAsync(string role)
    {
        if (!roles.Contains(Name(role)))
        {
            await RoleAsync(role, login: true);
        }

        sessions.Add(await AlmanacDatabase.OpenAsync(database.Target with { User = Name(role), Password = "secret" }, createSchema: false, Cancellation));
        return new LedgerStore(sessions[^1]);
    }

    private async Task RoleAsync(string role, bool login)
    {
        await database.ExecuteAsync($"create role {Name(role)} {(login ? "login password 'secret'" : "nologin")}");
        roles.Add(Name(role));
        await database.ExecuteAsync($"grant usage on schema almanac to {Name(role)}");
        await database.ExecuteAsync($"grant select, insert on all tables in schema almanac to {Name(role)}");
    }
}
