using Almanac.Model;

namespace Almanac.Change;

/// <summary>
/// How much slower (or faster) the machine became by itself between the windows: the median ratio of the reads that do the same work as
/// before (no gain promised, as many blocks a call). 1 without two of them, and for settings, which concern all.
/// </summary>
internal sealed class MachineDrift
{
    private const int FewestControls = 2;

    private readonly double[] ratios = [];
    private readonly Dictionary<long, int> places = [];

    public MachineDrift(VerificationQuestion question)
    {
        if (question.ConcernsEverything)
        {
            return;
        }

        var controls = question.Statements.Where(IsControl).Select(s => (s.QueryId, Ratio: s.After.MeanMs / s.Before.MeanMs)).OrderBy(c => c.Ratio).ToList();
        ratios = [.. controls.Select(c => c.Ratio)];
        places = controls.Select((c, i) => (c.QueryId, i)).ToDictionary();
    }

    /// <summary>The ratio to judge one statement by: it does not testify for itself.</summary>
    public double For(long queryId)
    {
        var own = places.GetValueOrDefault(queryId, -1);
        var count = own < 0 ? ratios.Length : ratios.Length - 1;
        double At(int i) => ratios[own >= 0 && i >= own ? i + 1 : i];
        return count < FewestControls ? 1 : (At((count - 1) / 2) + At(count / 2)) / 2;
    }

    private static bool IsControl(ObservedStatement s)
        => !s.Gains && !s.Writes && s.Source is MeasurementSource.Traffic && s.Before.TotalMs > 0
            && s.Before.Calls >= VerificationRules.FewestCalls && s.After.Calls >= VerificationRules.FewestCalls
            && s.BlocksRatio is > 1 / VerificationRules.BlocksRisen and < VerificationRules.BlocksRisen;
}
