using Almanac.Change;
using Almanac.Model;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using Shouldly;

namespace Almanac.Tests.Change;

public sealed class ChangePacerTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 3, 1, 12, 0);
    private static readonly PacePolicy Policy = new();

    [Fact]
    public void Of_two_changes_on_one_table_the_better_goes_first()
    {
        var decision = ChangePacer.Decide([Propose("a", "guests", 10), Propose("b", "guests", 20), Propose("c", "venues", 1)], [], [], Policy, Now);

        decision.Now.Select(c => c.Id).ShouldBe(["b", "c"]);
        decision.Waiting.ShouldHaveSingleItem().Change.Id.ShouldBe("a");
    }

    [Fact]
    public void A_table_rests_after_a_change()
    {
        var history = State(Propose("a", "guests", 10), ChangeStatus.Kept, Now - Duration.FromMinutes(10));

        var decision = ChangePacer.Decide([Propose("b", "guests", 20)], [history], [], Policy, Now);

        decision.Now.ShouldBeEmpty();
        decision.Waiting.Single().Until.ShouldBe(Now + Duration.FromMinutes(5));
        ChangePacer.Decide([Propose("b", "guests", 20)], [history], [], Policy, Now + Duration.FromMinutes(5)).Now.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(ChangeStatus.Applying)]
    [InlineData(ChangeStatus.RollingBack)]
    [InlineData(ChangeStatus.RollbackFailed)]
    public void While_something_is_open_on_a_table_nothing_else_goes_there(ChangeStatus status)
        => ChangePacer.Decide([Propose("b", "guests", 20)], [State(Propose("a", "guests", 1), status, Now - Duration.FromDays(3))], [], Policy, Now).Now.ShouldBeEmpty();

    [Fact]
    public void What_was_rolled_back_is_not_tried_again_for_a_month_unless_its_estimate_doubled()
    {
        var history = State(Propose("a", "guests", 10, 0.2), ChangeStatus.RolledBack, Now) with { RolledBackAt = Now };
        var later = Now + Duration.FromDays(29);

        ChangePacer.Decide([Propose("a", "guests", 10, 0.3)], [history], [], Policy, later).Now.ShouldBeEmpty();
        ChangePacer.Decide([Propose("a", "guests", 10, 0.4)], [history], [], Policy, later).Now.Count.ShouldBe(1);
        ChangePacer.Decide([Propose("a", "guests", 10, 0.3)], [history], [], Policy, Now + Duration.FromDays(30)).Now.Count.ShouldBe(1);
    }

    [Fact]
    public void A_day_has_a_budget()
    {
        var history = Enumerable.Range(0, 20).Select(i => State(Propose($"h{i}", $"t{i}", 1), ChangeStatus.Kept, Now - Duration.FromHours(20) + Duration.FromMinutes(i))).ToList();

        var decision = ChangePacer.Decide([Propose("b", "guests", 20)], history, [.. history.Select(h => h.ApplyingAt!.Value)], Policy, Now);

        decision.Waiting.ShouldHaveSingleItem().Until.ShouldBe(Now + Duration.FromHours(4));
    }

    [Fact]
    public void Over_a_simulated_quarter_no_rule_is_ever_broken()
        => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var policy = new PacePolicy { Cooldown = Duration.FromMinutes(random.Next(5, 600)), PerDay = random.Next(1, 6), RolledBackRest = Duration.FromDays(random.Next(1, 40)) };
            var states = new Dictionary<string, ChangeState>();
            var log = new List<(Instant At, ProposedChange Change)>();
            for (var now = Now; now < Now + Duration.FromDays(90); now += Duration.FromMinutes(random.Next(1, 720)))
            {
                var proposals = Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
                {
                    var n = random.Next(12);
                    return Propose($"c{n}", $"t{n % 4}", random.Next(100), random.NextDouble());
                }).ToList();
                var decision = ChangePacer.Decide(proposals, [.. states.Values], [.. log.Select(l => l.At)], policy, now);
                (decision.Now.Count + decision.Waiting.Count).ShouldBe(proposals.DistinctBy(p => p.Id).Count());
                foreach (var change in decision.Now)
                {
                    if (states.GetValueOrDefault(change.Id) is { RolledBackAt: { } rolledBack } last && rolledBack + policy.RolledBackRest > now)
                    {
                        change.Estimate.SavedShare.ShouldBeGreaterThanOrEqualTo(2 * last.Applying!.Change.Estimate.SavedShare);
                    }

                    log.Add((now, change));
                    var harmful = random.Next(3) == 0;
                    states[change.Id] = State(change, harmful ? ChangeStatus.RolledBack : ChangeStatus.Kept, now) with { RolledBackAt = harmful ? now : null };
                }
            }

            foreach (var (at, change) in log)
            {
                log.Count(l => l.At <= at && l.At > at - Duration.FromHours(24)).ShouldBeLessThanOrEqualTo(policy.PerDay);
                log.Count(l => l.Change.Operation.Subject == change.Operation.Subject && l.At <= at && l.At > at - policy.Cooldown).ShouldBe(1);
            }

            return log.Count > 0;
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(60));

    private static ProposedChange Propose(string id, string table, double savedMs, double share = 0.1) => new()
    {
        Id = id,
        Target = "1/db",
        Operation = new CreateIndexSpec { Schema = "public", Table = table, Name = id, Keys = ["a"] },
        Reason = "A test.",
        Estimate = new ChangeEstimate { SavedShare = share, SavedMs = savedMs, Bytes = 0, WriteOverheadMs = 0, Duration = Duration.FromMinutes(1) },
    };

    private static ChangeState State(ProposedChange change, ChangeStatus status, Instant at) => new()
    {
        ChangeId = change.Id,
        Change = change,
        Status = status,
        ApplyingAt = at,
        Applying = new ApplyingPayload(change, "step", 1),
        LastAt = at,
        LastActor = "tester",
        LastSequence = 1,
    };
}
