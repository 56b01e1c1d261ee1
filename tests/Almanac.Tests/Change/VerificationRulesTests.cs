using Almanac.Change;
using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Change;

public sealed class VerificationRulesTests
{
    private static readonly CreateIndexSpec Create = new() { Schema = "public", Table = "t", Name = "i", Keys = ["a"] };
    private static readonly DropIndexSpec Drop = new() { Schema = "public", Table = "t", Name = "i", Definition = "CREATE INDEX i ON t (a)" };
    private static readonly AlterSettingSpec Setting = new() { Name = "work_mem", Value = "8MB" };

    [Fact]
    public void A_plain_gain_is_kept_before_the_window_ends()
    {
        var answer = Decide(Create, final: false, Gain(100, 20, 0.1));

        answer.Outcome.ShouldBe(VerificationOutcome.Kept);
        answer.SavedMsPerSecond!.Value.ShouldBe(199, 0.1);
        answer.Statements.ShouldHaveSingleItem().RatioHigh.ShouldBeLessThan(1);
    }

    [Fact]
    public void Eight_calls_are_enough_for_a_gain_beyond_doubt_and_seven_are_not()
    {
        Decide(Create, true, Gain(8, 20, 0.1)).Outcome.ShouldBe(VerificationOutcome.Kept);
        Decide(Create, true, Gain(7, 20, 0.1)).Outcome.ShouldBe(VerificationOutcome.Unproven);
        Decide(Create, false, Gain(7, 20, 0.1)).Outcome.ShouldBeNull();
    }

    [Fact]
    public void A_gain_that_is_not_there_is_rolled_back_at_the_end_of_the_window()
    {
        Decide(Create, false, Gain(200, 20, 20)).Outcome.ShouldBeNull();
        Decide(Create, true, Gain(200, 20, 20)).Outcome.ShouldBe(VerificationOutcome.RolledBack);
    }

    [Fact]
    public void Blocks_that_fell_keep_a_change_whose_gain_in_time_drowns_in_noise()
    {
        var noisy = Statement(1, StatementRoles.Gains | StatementRoles.Touches, EffectTestTests.Sample(50, 10, 30, 1000), EffectTestTests.Sample(50, 9, 30, 5));

        Decide(Create, true, noisy).Outcome.ShouldBe(VerificationOutcome.Unproven);
    }

    [Fact]
    public void Writes_that_lose_more_than_reads_gain_roll_back()
    {
        var answer = Decide(Create, true, Gain(100, 2, 1, perSecond: 5), Write(100, 1, 3, perSecond: 100));

        answer.Outcome.ShouldBe(VerificationOutcome.RolledBack);
        answer.Reason.ShouldContain("costs more than it brings");
    }

    [Fact]
    public void Writes_that_pay_for_a_larger_gain_do_not()
    {
        var answer = Decide(Create, true, Gain(100, 200, 1, perSecond: 5), Write(100, 1, 3, perSecond: 100));

        answer.Outcome.ShouldBe(VerificationOutcome.Kept);
        answer.SavedMsPerSecond!.Value.ShouldBe((5 * 199) - (100 * 2), 0.1);
        answer.Statements.Single(s => s.QueryId == 2).Regressed.ShouldBeTrue();
    }

    [Fact]
    public void A_write_that_needed_the_dropped_index_vetoes_the_drop_and_nothing_excuses_slower_writes_without_a_promise()
    {
        Decide(Drop, true, Write(100, 1, 30, perSecond: 1)).Outcome.ShouldBe(VerificationOutcome.RolledBack);
        Decide(Create, true, Write(100, 1, 30, perSecond: 1)).Outcome.ShouldBe(VerificationOutcome.RolledBack);
    }

    [Fact]
    public void A_read_on_the_table_that_got_slower_and_reads_more_blocks_vetoes_any_gain()
    {
        var victim = Statement(2, StatementRoles.Touches, EffectTestTests.Sample(100, 1, 0.1, 10), EffectTestTests.Sample(100, 1.2, 0.1, 14));

        Decide(Create, true, Gain(100, 200, 1), victim).Outcome.ShouldBe(VerificationOutcome.RolledBack);
    }

    [Theory]
    [InlineData(1.2, 10, false)]
    [InlineData(1.2, 14, false)]
    [InlineData(1.5, 10, false)]
    [InlineData(1.5, 14, true)]
    public void A_bystander_vetoes_only_when_far_slower_and_reading_more_blocks(double ratio, double blocks, bool rollsBack)
    {
        var bystander = Statement(2, StatementRoles.None, EffectTestTests.Sample(1000, 1, 0.1, 10), EffectTestTests.Sample(1000, ratio, 0.1, blocks));

        Decide(Create, true, Gain(100, 20, 0.1), bystander).Outcome.ShouldBe(rollsBack ? VerificationOutcome.RolledBack : VerificationOutcome.Kept);
    }

    [Fact]
    public void A_machine_that_became_slow_for_all_is_no_regression_and_hides_no_gain()
    {
        ObservedStatement[] bystanders = [.. Enumerable.Range(10, 4).Select(i => Statement(i, StatementRoles.None, EffectTestTests.Sample(100, 1, 0.1), EffectTestTests.Sample(100, 2, 0.2)))];
        var read = Statement(2, StatementRoles.Touches, EffectTestTests.Sample(100, 1, 0.1), EffectTestTests.Sample(100, 2, 0.2));
        var gain = Gain(100, 20, 24);

        Decide(Create, true, [gain, read, .. bystanders]).Outcome.ShouldBe(VerificationOutcome.Kept);
        Decide(Create, true, [gain, read]).Outcome.ShouldBe(VerificationOutcome.RolledBack);
    }

    [Fact]
    public void A_machine_that_became_fast_for_all_is_no_gain()
    {
        ObservedStatement[] bystanders = [.. Enumerable.Range(10, 4).Select(i => Statement(i, StatementRoles.None, EffectTestTests.Sample(100, 1, 0.1), EffectTestTests.Sample(100, 0.5, 0.05)))];

        Decide(Create, true, [Gain(100, 20, 10), .. bystanders]).Outcome.ShouldBe(VerificationOutcome.RolledBack);
    }

    [Fact]
    public void A_table_that_grew_explains_scans_that_grew_alike()
    {
        var scan = Statement(2, StatementRoles.Touches, EffectTestTests.Sample(100, 10, 0.5, 100), EffectTestTests.Sample(100, 13, 0.5, 130));

        Ask(Drop, true, 1, scan).Outcome.ShouldBe(VerificationOutcome.RolledBack);
        Ask(Drop, true, 1.3, scan).Outcome.ShouldBe(VerificationOutcome.Kept);
    }

    [Fact]
    public void A_slow_down_too_small_to_feel_is_nobodys_harm()
    {
        var tiny = Statement(1, StatementRoles.Touches, EffectTestTests.Sample(1000, 0.02, 0.002, 3), EffectTestTests.Sample(1000, 0.06, 0.002, 9));

        Decide(Drop, true, tiny).Outcome.ShouldBe(VerificationOutcome.Kept);
    }

    [Fact]
    public void A_drop_without_harm_is_kept_only_after_enough_calls_and_only_at_the_end()
    {
        Decide(Drop, false, Statement(1, StatementRoles.Touches, EffectTestTests.Sample(100, 1, 0.1), EffectTestTests.Sample(100, 1, 0.1))).Outcome.ShouldBeNull();
        Decide(Drop, true, Statement(1, StatementRoles.Touches, EffectTestTests.Sample(100, 1, 0.1), EffectTestTests.Sample(100, 1, 0.1))).Outcome.ShouldBe(VerificationOutcome.Kept);
        Decide(Drop, true, Statement(1, StatementRoles.Touches, EffectTestTests.Sample(100, 1, 0.1), EffectTestTests.Sample(5, 1, 0.1))).Outcome.ShouldBe(VerificationOutcome.Unproven);
        Decide(Drop, true).Outcome.ShouldBe(VerificationOutcome.Unproven);
    }

    [Fact]
    public void A_drop_that_makes_a_read_slow_is_rolled_back_at_once()
        => Decide(Drop, false, Statement(1, StatementRoles.Touches, EffectTestTests.Sample(1000, 0.1, 0.05, 4), EffectTestTests.Sample(10, 20, 3, 900)))
            .Outcome.ShouldBe(VerificationOutcome.RolledBack);

    [Fact]
    public void A_setting_may_harm_by_time_alone_since_it_concerns_everything()
    {
        var read = Statement(1, StatementRoles.None, EffectTestTests.Sample(200, 1, 0.2), EffectTestTests.Sample(200, 1.6, 0.3));

        Decide(Setting, false, read).Outcome.ShouldBe(VerificationOutcome.RolledBack);
        Decide(Create, true, Gain(100, 20, 0.1), read).Outcome.ShouldBe(VerificationOutcome.Kept);
    }

    [Fact]
    public void A_call_that_never_came_back_is_harm()
    {
        var question = new VerificationQuestion
        {
            Operation = Drop,
            Statements = [Statement(1, StatementRoles.Touches, EffectTestTests.Sample(100, 1, 0.1), StatementSample.None)],
            Stalled = [new StalledCall(1, "SELECT 1", 9000, 1)],
            Final = false,
        };

        VerificationRules.Decide(question).Outcome.ShouldBe(VerificationOutcome.RolledBack);
    }

    [Fact]
    public void Probes_count_by_their_pairs()
    {
        Decide(Create, true, Probe(12, 0.05)).Outcome.ShouldBe(VerificationOutcome.Kept);
        Decide(Create, true, Probe(12, 1)).Outcome.ShouldBe(VerificationOutcome.RolledBack);
        Decide(Create, true, Probe(12, 0.05), Probe(12, 1)).Outcome.ShouldBe(VerificationOutcome.Kept);
    }

    /// <summary>Each second of the machine is up to a few times slower than another, for all statements alike; calls differ as much as their mean.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.4)]
    public void On_a_noisy_machine_harmless_drops_stay_and_real_gains_are_kept(double noise)
    {
        var random = new Random(11);
        var (undone, kept) = (0, 0);
        for (var i = 0; i < 200; i++)
        {
            var world = new NoisyWindows(random, noise);
            undone += Run(Drop, world.Statements(gainRatio: null)) is VerificationOutcome.RolledBack ? 1 : 0;
            kept += Run(Create, world.Statements(gainRatio: 0.2)) is VerificationOutcome.Kept ? 1 : 0;
        }

        undone.ShouldBeLessThanOrEqualTo(4);
        kept.ShouldBeGreaterThanOrEqualTo(196);
    }

    // As the meter does it: a look each tick, the last one final.
    private static VerificationOutcome Run(OperationSpec operation, Func<int, IReadOnlyList<ObservedStatement>> upTo)
    {
        for (var tick = 2; tick < NoisyWindows.Ticks; tick++)
        {
            if (Decide(operation, false, upTo(tick)).Outcome is { } early && (early is VerificationOutcome.RolledBack || tick >= 10))
            {
                return early;
            }
        }

        return Decide(operation, true, upTo(NoisyWindows.Ticks)).Outcome!.Value;
    }

    private sealed class NoisyWindows(Random random, double noise)
    {
        public const int Ticks = 15;

        private readonly double[] before = [.. Enumerable.Range(0, Ticks).Select(_ => Math.Exp(noise * Normal(random)))];
        private readonly double[] after = [.. Enumerable.Range(0, Ticks).Select(_ => Math.Exp(noise * Normal(random)))];

        public Func<int, IReadOnlyList<ObservedStatement>> Statements(double? gainRatio)
        {
            var calls = Enumerable.Range(0, 12).Select(i => (Id: (long)i, Before: Calls(before, 1 + i, 1), After: Calls(after, 1 + i, i == 0 ? gainRatio ?? 1 : 1))).ToList();
            return ticks => [.. calls.Select(c => new ObservedStatement
            {
                QueryId = c.Id,
                Text = $"SELECT {c.Id}",
                Roles = c.Id == 0 && gainRatio is not null ? StatementRoles.Gains | StatementRoles.Touches : c.Id < 5 ? StatementRoles.Touches : StatementRoles.None,
                Before = Sample(c.Before),
                After = Sample(c.After[..ticks]),
                CallsPerSecond = 10,
            })];
        }

        private List<double[]> Calls(double[] machine, double meanMs, double ratio)
            => [.. machine.Select(m => Enumerable.Range(0, 10).Select(_ => -Math.Log(1 - random.NextDouble()) * meanMs * m * ratio).ToArray())];

        private static StatementSample Sample(List<double[]> ticks) => new()
        {
            Calls = ticks.Sum(t => t.Length),
            TotalMs = ticks.Sum(t => t.Sum()),
            SumOfSquaresMs2 = ticks.Sum(t => t.Sum(c => c * c)),
            Blocks = ticks.Sum(t => t.Length) * 10,
            Ticks = [.. ticks.Select(t => new TickSample(t.Length, t.Sum()))],
        };

        private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static ObservedStatement Probe(int draws, double ratio)
    {
        (double BeforeMs, double AfterMs)[] pairs = [.. Enumerable.Range(1, draws).Select(i => (10.0 * i * i, 10.0 * i * i * ratio * (1 + (0.02 * (i % 3)))))];
        return new ObservedStatement
        {
            QueryId = (long)(ratio * 1000),
            Text = "SELECT 1",
            Roles = StatementRoles.Gains,
            Source = MeasurementSource.Probe,
            Before = new StatementSample { Calls = draws, TotalMs = pairs.Sum(p => p.BeforeMs), SumOfSquaresMs2 = pairs.Sum(p => p.BeforeMs * p.BeforeMs) },
            After = new StatementSample { Calls = draws, TotalMs = pairs.Sum(p => p.AfterMs), SumOfSquaresMs2 = pairs.Sum(p => p.AfterMs * p.AfterMs) },
            CallsPerSecond = 1,
            Pairs = pairs,
        };
    }

    private static ObservedStatement Gain(long calls, double before, double after, double perSecond = 10) => Statement(
        1, StatementRoles.Gains | StatementRoles.Touches, EffectTestTests.Sample(calls, before, before / 10), EffectTestTests.Sample(calls, after, after / 10), perSecond);

    private static ObservedStatement Write(long calls, double before, double after, double perSecond) => Statement(
        2, StatementRoles.Touches | StatementRoles.Writes, EffectTestTests.Sample(calls, before, before / 10), EffectTestTests.Sample(calls, after, after / 10), perSecond);

    private static ObservedStatement Statement(long id, StatementRoles roles, StatementSample before, StatementSample after, double perSecond = 10)
        => new() { QueryId = id, Text = $"SELECT {id}", Roles = roles, Before = before, After = after, CallsPerSecond = perSecond };

    private static VerificationAnswer Decide(OperationSpec operation, bool final, params IReadOnlyList<ObservedStatement> statements) => Ask(operation, final, 1, statements);

    private static VerificationAnswer Ask(OperationSpec operation, bool final, double growth, params IReadOnlyList<ObservedStatement> statements)
        => VerificationRules.Decide(new VerificationQuestion { Operation = operation, Statements = statements, SubjectGrowth = growth, Final = final });
}
