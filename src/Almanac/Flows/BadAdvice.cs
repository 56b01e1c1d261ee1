using Almanac.Model;
using NodaTime;

namespace Almanac.Flows;

/// <summary>A proposal as it is found in forums: plausible, confident, harmful. It shows that the measurement, not the proposer, decides.</summary>
internal static class BadAdvice
{
    public static ProposedChange For(TuneResult tuned)
    {
        var spec = new AlterSettingSpec { Name = "enable_nestloop", Value = "off" };
        return new ProposedChange
        {
            Id = ChangeIds.For(tuned.Target, spec),
            Target = tuned.Target,
            Operation = spec,
            Reason = "A forum says that nested loops are slow and should be switched off.",
            Estimate = new ChangeEstimate { SavedShare = 0.1, SavedMs = tuned.TotalMs * 0.1, Bytes = 0, WriteOverheadMs = 0, Duration = Duration.FromSeconds(5) },
            Evidence = ["None: this proposal rests on hearsay, as some do."],
            Gains = [.. tuned.Top.Select(t => t.QueryId)],
        };
    }
}
