using Almanac.Model;
using Shouldly;

namespace Almanac.Tests.Model;

public sealed class ExitCodesTests
{
    [Fact]
    public void The_worst_outcome_counts()
    {
        ExitCodes.Worst([ExitCode.Done, ExitCode.Inconclusive, ExitCode.Refused]).ShouldBe(ExitCode.Refused);
        ExitCodes.Worst([ExitCode.RolledBack, ExitCode.RollbackFailed]).ShouldBe(ExitCode.RollbackFailed);
        ExitCodes.Worst([ExitCode.ApprovalPending, ExitCode.Inconclusive]).ShouldBe(ExitCode.ApprovalPending);
    }

    [Fact]
    public void Nothing_at_all_is_done() => ExitCodes.Worst([]).ShouldBe(ExitCode.Done);

    [Fact]
    public void An_unexpected_code_outranks_the_expected_ones()
        => ExitCodes.Worst([ExitCode.LedgerTampered, ExitCode.Unreachable]).ShouldBe(ExitCode.Unreachable);
}
