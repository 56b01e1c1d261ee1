using Almanac.Ledger;
using Almanac.Model;
using Almanac.Store;
using Almanac.Testing;
using Almanac.Tests.Cli;
using NodaTime;
using Shouldly;

namespace Almanac.EndToEndTests.Cli;

/// <summary><c>audit</c>, <c>change</c> and <c>guard</c> on a real store.</summary>
public sealed class LedgerVerbsTests(PostgresFixture postgres)
{
    private static readonly ProposedChange Index = new()
    {
        Id = "ci-0123456789",
        Target = "1/shop",
        Operation = new CreateIndexSpec { Schema = "public", Table = "guests", Name = "guests_wedding_id_abcdef", Keys = ["wedding_id"] },
        Reason = "Guest lists read the whole table.",
        Estimate = new ChangeEstimate { SavedShare = 0.4, SavedMs = 1200, Bytes = 1 << 20, WriteOverheadMs = 3, Duration = Duration.FromMinutes(2) },
    };

    [Fact]
    public async Task A_store_without_the_schema_ends_with_code_12_and_a_hint()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        foreach (var verb in (string[][])[["audit", "show"], ["audit", "verify"], ["change", "list"], ["guard", "history"]])
        {
            var run = await CliRun.RunAsync([.. verb, "--db", database.Uri]);
            run.Code.ShouldBe(12, string.Join(' ', verb));
            run.Error.ShouldContain("hint: ");
        }
    }

    [Fact]
    public async Task A_whole_ledger_verifies_and_a_truncated_one_is_found_with_the_head_kept_elsewhere()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await ProposeAsync(database);
        var whole = await CliRun.RunAsync("audit", "verify", "--db", database.Uri, "-o", "json");
        whole.Code.ShouldBe(0, whole.Error);
        whole.Json.GetProperty("ok").GetBoolean().ShouldBeTrue();
        var head = whole.Json.GetProperty("head").GetString().ShouldNotBeNull();

        (await CliRun.RunAsync("audit", "verify", "--expect", head, "--db", database.Uri)).Code.ShouldBe(0);
        var beyond = "99:" + head.Split(':')[1];
        var cut = await CliRun.RunAsync("audit", "verify", "--expect", beyond, "--db", database.Uri);
        cut.Code.ShouldBe(32);
        cut.Out.ShouldContain("cut off");
        (await CliRun.RunAsync("audit", "verify", "--expect", "rubbish", "--db", database.Uri)).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_proposed_change_is_listed_shown_and_explained()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await ProposeAsync(database);
        var list = await CliRun.RunAsync("change", "list", "--db", database.Uri, "-o", "json");
        list.Code.ShouldBe(0, list.Error);
        var change = list.Json.GetProperty("changes")[0];
        change.GetProperty("id").GetString().ShouldBe(Index.Id);
        change.GetProperty("status").GetString().ShouldBe("proposed");
        change.GetProperty("operation").GetProperty("kind").GetString().ShouldBe("create-index");

        var show = await CliRun.RunAsync("change", "show", Index.Id, "--db", database.Uri);
        show.Out.ShouldContain("Guest lists read the whole table.");
        var explain = await CliRun.RunAsync("change", "explain", Index.Id, "--db", database.Uri);
        explain.Out.ShouldContain("Why: Guest lists read the whole table.");
        (await CliRun.RunAsync("change", "list", "--status", "kept", "--db", database.Uri)).Out.ShouldContain("no such change");
        var unknown = await CliRun.RunAsync("change", "show", "ci-nothing", "--db", database.Uri);
        unknown.Code.ShouldBe(2);
        unknown.Error.ShouldContain("knows no change ci-nothing");
    }

    [Fact]
    public async Task Audit_show_prints_each_entry_with_its_payload()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await ProposeAsync(database);
        var run = await CliRun.RunAsync("audit", "show", "--db", database.Uri, "-o", "json");
        run.Json.GetProperty("entries")[0].GetProperty("payload").GetProperty("change").GetProperty("id").GetString().ShouldBe(Index.Id);
        (await CliRun.RunAsync("audit", "show", "--last", "0", "--db", database.Uri)).Code.ShouldBe(2);
        (await CliRun.RunAsync("audit", "show", "--db", database.Uri, "-o", "csv")).Out.ShouldStartWith("seq,at,kind,");
    }

    [Fact]
    public async Task Nobody_approves_their_own_request_and_a_pause_closes_the_gate()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        await ProposeAsync(database);
        var request = await CliRun.RunAsync("guard", "request", "--scope", "deploy", "--reason", "hotfix", "--db", database.Uri, "-o", "json");
        request.Code.ShouldBe(21, request.Error);
        var id = request.Json.GetProperty("id").GetString().ShouldNotBeNull();
        var own = await CliRun.RunAsync("guard", "approve", id, "--db", database.Uri);
        own.Code.ShouldBe(20);
        own.Error.ShouldContain("cannot approve");
        (await CliRun.RunAsync("guard", "request", "--db", database.Uri)).Error.ShouldContain("needs a reason");
        (await CliRun.RunAsync("guard", "history", "--db", database.Uri)).Out.ShouldContain("hotfix");
        (await CliRun.RunAsync("guard", "deny", id, "--reason", "no", "--db", database.Uri)).Code.ShouldBe(0);

        (await CliRun.RunAsync("guard", "check", "--store", database.Uri)).Code.ShouldBe(0);
        (await CliRun.RunAsync("guard", "pause", "--reason", "incident 7", "--db", database.Uri)).Code.ShouldBe(0);
        var paused = await CliRun.RunAsync("guard", "check", "--store", database.Uri);
        paused.Code.ShouldBe(20);
        paused.Out.ShouldContain("incident 7");
        (await CliRun.RunAsync("guard", "resume", "--reason", "over", "--db", database.Uri)).Code.ShouldBe(0);
        (await CliRun.RunAsync("guard", "check", "--store", database.Uri)).Code.ShouldBe(0);
    }

    private static async Task ProposeAsync(TestDatabase database)
    {
        await using var store = await AlmanacDatabase.OpenAsync(database.Target, createSchema: true, CancellationToken.None);
        await new LedgerStore(store).AppendAsync(LedgerKind.Proposed, Index.Target, Index.Id, new ProposedPayload(Index), CliRun.Wednesday, CancellationToken.None);
    }
}
