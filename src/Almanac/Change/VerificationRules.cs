using System.Runtime.InteropServices;
using Almanac.Model;
using MathNet.Numerics.Distributions;

namespace Almanac.Change;

/// <summary>Decides from two measured windows whether a change stays; docs/change.md explains each rule.</summary>
public static class VerificationRules
{
    public const int EnoughCalls = 20;
    public const int FewestCalls = 8;
    public const int TopStatements = 20;

    /// <summary>A statement is slower when its mean is beyond this share above the old one ...</summary>
    public const double ToleratedRatio = 1.10;

    /// <summary>... and where only the clock says so, beyond this one.</summary>
    public const double ToleratedRatioTimeOnly = 1.25;

    /// <summary>Less than this, in milliseconds a call, is nobody's harm.</summary>
    public const double ToleratedMs = 0.05;

    /// <summary>Blocks a call count as risen from this ratio on.</summary>
    public const double BlocksRisen = 1.10;

    private const double AlphaFinal = 0.01;
    private const double AlphaEarly = 0.001;
    private const double AlphaNoticed = 0.05;

    /// <summary>The answer to what was measured so far.</summary>
    public static VerificationAnswer Decide(VerificationQuestion question)
    {
        var top = question.Statements.OrderByDescending(s => s.Before.TotalMs).Take(TopStatements).Select(s => s.QueryId).ToHashSet();
        var drift = new MachineDrift(question);
        var judged = question.Statements.Select(s => Judge(s, question, drift.For(s.QueryId), top.Contains(s.QueryId))).ToList();
        var answer = question.Stalled.Count > 0 ? Stalled(question) : Regression(judged) ?? (question.PromisesGain ? Promised(judged, question) : Unpromised(judged, question));
        var counted = judged.Where(j => j.Comparable && (question.PromisesGain && !question.ConcernsEverything ? j.Statement.Gains || j.Priced : j.Concerned)).ToList();
        return new VerificationAnswer
        {
            Outcome = answer.Outcome,
            Reason = answer.Reason,
            Statements = [.. judged.Where(j => j.Shown).OrderByDescending(j => Math.Abs(j.SavedMsPerSecond)).Select(j => j.ToEffect())],
            SavedMsPerSecond = answer.Outcome is VerificationOutcome.Unproven or null || counted.Count == 0 ? null : counted.Sum(j => j.SavedMsPerSecond),
        };
    }

    private static Judged Judge(ObservedStatement statement, VerificationQuestion question, double drift, bool top)
    {
        var measured = statement.Pairs is { } pairs ? EffectTest.ComparePairs(pairs) : EffectTest.Compare(statement.Before, statement.After);

        // A gain is measured against the drift in both directions; a harm is only ever excused by it. Otherwise an index that
        // frees the processor would make every bystander faster and the honest ones look slow. Probes ran apart from the drift.
        var allowance = statement.Source is MeasurementSource.Probe ? 1 : statement.Gains ? drift : Math.Max(1, drift);
        var growth = statement.Touches && !statement.Gains ? Math.Max(1, question.SubjectGrowth) : 1;
        var adjusted = statement.Pairs is null ? EffectTest.Compare(statement.Before, statement.After, allowance * growth) : measured;
        var concerned = question.ConcernsEverything || statement.Gains || statement.Touches;
        return new Judged(statement, measured, adjusted)
        {
            Concerned = concerned,
            Regressed = (top || concerned) && Slower(statement, adjusted, growth, question, concerned),

            // Slower writes are the price of a promised gain: weighed against it, not vetoed. A drop has no such excuse.
            Priced = question.PromisesGain && question.Operation is CreateIndexSpec && statement.Touches && statement.Writes,
            Shown = top || concerned,
            Scale = allowance * growth,
        };
    }

    private static bool Slower(ObservedStatement statement, Effect adjusted, double growth, VerificationQuestion question, bool concerned)
    {
        var alpha = question.Final ? AlphaFinal : AlphaEarly;
        if (statement.Before.Calls < FewestCalls || statement.After.Calls < FewestCalls || statement.After.MeanMs - statement.Before.MeanMs < ToleratedMs)
        {
            return false;
        }

        var blocks = statement.BlocksRatio / growth >= BlocksRisen;

        // The clock alone is a weak witness on a shared machine: it is heard when the window is complete and the whole interval is beyond doubt.
        var byTimeOnly = question.WindowComplete && statement.Before.Calls >= EnoughCalls && statement.After.Calls >= EnoughCalls
            && adjusted.Low > ToleratedRatioTimeOnly && adjusted.PValue < AlphaEarly;
        if (!concerned)
        {
            return blocks && adjusted.Ratio > ToleratedRatioTimeOnly && adjusted.PValue < AlphaEarly;
        }

        var writes = statement.Touches && statement.Writes;
        return (adjusted.Ratio > ToleratedRatio && adjusted.PValue < alpha && (blocks || writes)) || byTimeOnly;
    }

    private static (VerificationOutcome? Outcome, string Reason) Stalled(VerificationQuestion question)
    {
        var worst = question.Stalled.MaxBy(s => s.RunningMs)!;
        return (VerificationOutcome.RolledBack, $"A call has been running for {Say.Ms(worst.RunningMs)} that took {Say.Ms(worst.MeanMsBefore)} before: {Say.Statement(worst.Text)}.");
    }

    private static (VerificationOutcome? Outcome, string Reason)? Regression(IReadOnlyList<Judged> judged)
    {
        var worst = judged.Where(j => j.Regressed && !j.Priced).MinBy(j => j.SavedMsPerSecond);
        return worst is null
            ? null
            : (VerificationOutcome.RolledBack, $"A statement became slower: {Say.Change(worst)}, {Say.Statement(worst.Statement.Text)}.");
    }

    private static (VerificationOutcome? Outcome, string Reason) Promised(IReadOnlyList<Judged> judged, VerificationQuestion question)
    {
        var gaining = judged.Where(j => j.Statement.Gains).ToList();
        var proven = gaining.Where(j => j.HasEnoughCalls || (j.Comparable && (j.Adjusted.High < 1 || j.Adjusted.Low > 1))).ToList();
        if (proven.Count == 0)
        {
            var calls = gaining.Sum(j => j.Statement.After.Calls);
            return (question.Final ? VerificationOutcome.Unproven : null,
                $"Too few calls to say: the statements that should gain ran {gaining.Sum(j => j.Statement.Before.Calls)} times before and {calls} times after.");
        }

        // An index can slow the writes on its table; the reads there it can only mislead, which rule 2 sees. A setting can slow everything.
        // Counting what cannot have changed would drown the gain in the noise of bigger statements.
        var paying = judged.Where(j => !j.Statement.Gains && j.Comparable && (j.Priced || question.ConcernsEverything)).ToList();
        var alpha = question.Final ? AlphaFinal : AlphaEarly;
        var gain = Sum(proven, alpha);
        var net = Sum([.. proven, .. paying], alpha);
        var slowed = paying.Count > 0 && Sum(paying, AlphaNoticed).Loses;
        var best = proven.MaxBy(j => j.SavedMsPerSecond)!;
        if (net.Loses)
        {
            return (VerificationOutcome.RolledBack, $"It costs more than it brings: the statements that should gain changed by {Say.Signed(-gain.Ms)} ms a second, those that pay for it by {Say.Signed(gain.Ms - net.Ms)}.");
        }

        if (gain.Wins && (net.Wins || !slowed) && (question.Final || AllPayersSeen(judged, question)))
        {
            var how = best.Statement.Source is MeasurementSource.Probe ? " (by read-only probes)" : string.Empty;
            return (VerificationOutcome.Kept, $"{Say.Statement(best.Statement.Text)} went {Say.Change(best)}{how}; {gain.Ms:0.##} ms a second saved by the statements that should gain.");
        }

        if (!question.Final)
        {
            return (null, "Not decided yet.");
        }

        if (gain.Wins)
        {
            return net.Ms <= 0
                ? (VerificationOutcome.RolledBack, $"It does not pay: {gain.Ms:0.##} ms a second gained, {gain.Ms - net.Ms:0.##} lost by the statements that pay for it.")
                : (VerificationOutcome.Unproven, $"The statements that should gain did ({Say.Change(best)}), but others became slower, and the noise hides whether the sum is a gain.");
        }

        if (proven.Where(j => j.HasEnoughCalls).All(j => j.Statement.BlocksRatio < 0.5) && proven.Any(j => j.HasEnoughCalls))
        {
            return (VerificationOutcome.Unproven, $"The blocks a call fell to {best.Statement.BlocksRatio:P0}, but the noise hides the gain in time: {Say.Change(best)}.");
        }

        return (VerificationOutcome.RolledBack, $"The promised gain is not there: {Say.Change(best)}, {Say.Statement(best.Statement.Text)}.");
    }

    // Before the window ends, "nobody pays" needs those who could pay to have run.
    private static bool AllPayersSeen(IReadOnlyList<Judged> judged, VerificationQuestion question)
        => judged.Where(j => !j.Statement.Gains && (j.Priced || question.ConcernsEverything) && j.Statement.Before.Calls >= EnoughCalls).All(j => j.HasEnoughCalls);

    private static (VerificationOutcome? Outcome, string Reason) Unpromised(IReadOnlyList<Judged> judged, VerificationQuestion question)
    {
        var watched = judged.Where(j => j.Concerned && j.HasEnoughCalls).ToList();
        if (!question.Final)
        {
            return (null, "Not decided yet.");
        }

        if (watched.Count == 0)
        {
            return (VerificationOutcome.Unproven, "Too few calls to say whether it does harm.");
        }

        var total = judged.Where(j => j.Concerned).Sum(j => j.Statement.Before.TotalMs);
        var share = total > 0 ? watched.Sum(j => j.Statement.Before.TotalMs) / total : 1;
        return (VerificationOutcome.Kept, $"No harm: none of the {watched.Count} statements concerned that ran often enough ({share:P0} of their time) became significantly slower.");
    }

    // Weighted by how often each statement ran before: milliseconds saved in each second of the old workload.
    private static Balance Sum(IReadOnlyList<Judged> judged, double alpha)
    {
        var ms = judged.Sum(j => j.Saved);
        var variance = judged.Sum(j => j.SavedVariance);
        var freedom = judged.Min(j => j.Freedom);
        var t = variance > 0 ? ms / Math.Sqrt(variance) : 0;
        var p = 2 * StudentT.CDF(0, 1, Math.Clamp(freedom, 1, 1e6), -Math.Abs(t));
        return new Balance(ms, t > 0 && p < (alpha < AlphaFinal ? alpha : AlphaNoticed), t < 0 && p < alpha);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Balance(double Ms, bool Wins, bool Loses);
}
