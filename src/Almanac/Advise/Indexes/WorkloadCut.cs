using Almanac.Model;

namespace Almanac.Advise.Indexes;

/// <summary>Decides which statements matter enough to be examined.</summary>
internal static class WorkloadCut
{
    /// <summary>The heaviest statements up to the limits, and the others that could have been examined.</summary>
    public static (IReadOnlyList<WorkloadStatement> Considered, IReadOnlyList<WorkloadStatement> LeftOut) Heaviest(Workload workload, AdviseLimits limits)
    {
        var all = workload.Statements.Where(s => s.Kind is not StatementKind.Utility && s.Calls > 0).OrderByDescending(s => s.TotalMs).ThenBy(s => s.QueryId).ToList();
        var enough = all.Sum(s => s.TotalMs) * limits.TimeCoverage;
        double covered = 0;
        var count = 0;
        while (count < all.Count && count < limits.MaximumStatements && covered < enough)
        {
            covered += all[count++].TotalMs;
        }

        return (all[..count], all[count..]);
    }
}
