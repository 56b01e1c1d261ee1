namespace Almanac.Model;

/// <summary>The exit codes of the <c>almanac</c> executable; documented in docs/reference/exit-codes.md.</summary>
public enum ExitCode
{
    /// <summary>The command did what was asked.</summary>
    Done = 0,

    /// <summary>A defect in Almanac itself.</summary>
    InternalError = 1,

    /// <summary>The command line could not be understood.</summary>
    Usage = 2,

    /// <summary>A configuration or profile file is invalid.</summary>
    ConfigurationInvalid = 3,

    /// <summary>The target cannot be reached, or refuses the credentials.</summary>
    Unreachable = 10,

    /// <summary>An external tool failed.</summary>
    ToolFailed = 11,

    /// <summary>A prerequisite or privilege is missing: an extension, a right, a writable primary.</summary>
    PrerequisiteMissing = 12,

    /// <summary>The guard refused.</summary>
    Refused = 20,

    /// <summary>The guard waits for an approval.</summary>
    ApprovalPending = 21,

    /// <summary><c>--check</c> found drift or advice.</summary>
    CheckFound = 22,

    /// <summary>A verification failed and the change was rolled back.</summary>
    RolledBack = 30,

    /// <summary>A rollback failed: a human is needed.</summary>
    RollbackFailed = 31,

    /// <summary>The ledger was tampered with.</summary>
    LedgerTampered = 32,

    /// <summary>Below the threshold: health, readiness or load.</summary>
    BelowThreshold = 40,

    /// <summary>A recovery objective was missed.</summary>
    ObjectiveMissed = 41,

    /// <summary>Inconclusive: no traffic to verify, or the generator was the limit.</summary>
    Inconclusive = 42,

    /// <summary>Interrupted by the user.</summary>
    Interrupted = 130,
}

/// <summary>Decides which of several outcomes a command reports.</summary>
public static class ExitCodes
{
    private static readonly ExitCode[] WorstFirst =
    [
        ExitCode.LedgerTampered, ExitCode.RollbackFailed, ExitCode.RolledBack, ExitCode.Refused,
        ExitCode.ApprovalPending, ExitCode.Inconclusive, ExitCode.Done,
    ];

    /// <summary>The worst outcome counts, in the order 32, 31, 30, 20, 21, 42, 0; any other code outranks them all.</summary>
    public static ExitCode Worst(IEnumerable<ExitCode> outcomes)
    {
        var worst = ExitCode.Done;
        foreach (var outcome in outcomes)
        {
            var rank = Array.IndexOf(WorstFirst, outcome);
            if (rank < Array.IndexOf(WorstFirst, worst))
            {
                worst = outcome;
            }
        }

        return worst;
    }
}
