using System.Text.Json;
using NodaTime;

namespace Almanac.Model;

/// <summary>A change was proposed.</summary>
public sealed record ProposedPayload(ProposedChange Change);

/// <summary>The guard's answer to one question; entries of kind Judged and Refused carry it. <c>Real</c> is the verdict on the real clock, where it was asked about too.</summary>
public sealed record JudgedPayload(Verdict Asked, Verdict? Real, bool Allowed, string Sentence);

/// <summary>About to act: what a recovery needs to find and settle a leftover after a crash.</summary>
public sealed record ApplyingPayload(
    ProposedChange Change, string Step, int BackendPid, string? IndexName = null, string? PreviousDefinition = null, string? PreviousValue = null);

/// <summary>What was done to the target.</summary>
public sealed record AppliedPayload(Receipt Receipt);

/// <summary>The change could not be made, and what was done about what it left behind.</summary>
public sealed record ApplyFailedPayload(string Error, string CleanedUp);

/// <summary>What the measurement after the change decided.</summary>
public sealed record VerifiedPayload(Verification Verification);

/// <summary>About to undo: the statements that will run.</summary>
public sealed record RollingBackPayload(string Reason, IReadOnlyList<string> Sql);

/// <summary>The change was undone.</summary>
public sealed record RolledBackPayload(Receipt Receipt, string Reason);

/// <summary>The change could not be undone; the SQL is what a human has to run.</summary>
public sealed record RollbackFailedPayload(string Error, string ManualSql);

/// <summary>What a crash left behind, and what was done about it.</summary>
public sealed record SettledPayload(string Found, string Done, IReadOnlyList<string> Sql);

/// <summary>Somebody asks for approval of one change, or of an act of their own (a deployment) named by the entry's change id.</summary>
public sealed record RequestedPayload(
    GuardScope Scope, string Reason, IReadOnlyList<string> Regions, Duration Duration, Instant ExpiresAt, int RequiredApprovals, Instant? PlannedFor = null);

/// <summary>One approver said yes.</summary>
public sealed record ApprovedPayload(string Reason);

/// <summary>One approver said no: the request is over.</summary>
public sealed record DeniedPayload(string Reason);

/// <summary>Break-glass: closed windows do not hold until the instant given; empty scopes or regions mean all of them.</summary>
public sealed record OverriddenPayload(string Reason, Instant Until, IReadOnlyList<GuardScope>? Scopes = null, IReadOnlyList<string>? Regions = null);

/// <summary>Automation is paused until somebody resumes it (or until the instant given); empty scopes or regions mean all of them.</summary>
public sealed record PausedPayload(string Reason, IReadOnlyList<GuardScope> Scopes, IReadOnlyList<string> Regions, Instant? Until = null);

/// <summary>The pauses of these scopes and regions end; empty means all of them.</summary>
public sealed record ResumedPayload(string Reason, IReadOnlyList<GuardScope> Scopes, IReadOnlyList<string> Regions);

/// <summary>Payloads travel as JSON text; these two directions are the only ones.</summary>
public static class LedgerPayloads
{
    /// <summary>The text that is hashed and stored.</summary>
    public static string Write(object payload) => JsonSerializer.Serialize(payload, payload.GetType(), ModelJson.Options);

    /// <summary>The entry's payload as the record that belongs to its kind.</summary>
    /// <exception cref="AlmanacException">Exit code 32 when the text is not what the kind promises.</exception>
    public static T Read<T>(this LedgerEntry entry)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(entry.Payload, ModelJson.Options)
                ?? throw new JsonException("The payload is null.");
        }
        catch (JsonException e)
        {
            throw new AlmanacException(
                ExitCode.LedgerTampered,
                $"Ledger entry {entry.Sequence} ({entry.Kind}) does not hold a readable {typeof(T).Name}.",
                "`almanac audit verify` tells whether the entry was changed; if not, a newer Almanac may have written it.",
                e);
        }
    }
}
