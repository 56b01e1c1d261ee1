using System.Globalization;
using System.Text.Json.Nodes;
using Almanac.Cli.Grammar;
using Almanac.Model;

namespace Almanac.Cli.Rendering;

/// <summary>Shows ledger entries.</summary>
internal static class LedgerViews
{
    /// <summary>The entry with its payload as a tree.</summary>
    public static object Document(LedgerEntry entry) => new
    {
        entry.Sequence,
        entry.At,
        entry.Kind,
        entry.Target,
        entry.ChangeId,
        entry.Actor,
        Payload = Payload(entry),
        entry.PreviousHash,
        entry.Hash,
    };

    public static Grid Grid(IEnumerable<LedgerEntry> entries) => new(
        ["seq", "at", "kind", "change", "actor", "what", "hash"],
        [.. entries.Select(e => (IReadOnlyList<Cell>)
        [
            e.Sequence.ToString(CultureInfo.InvariantCulture), Moments.Iso(e.At), Words.Of(e.Kind), e.ChangeId, e.Actor, Gist(e), new Cell(e.Hash[..12], Tone.Faint),
        ])]);

    /// <summary>What the entry says in one line; the whole of it is in the document.</summary>
    public static string Gist(LedgerEntry entry) => entry.Kind switch
    {
        LedgerKind.Proposed => entry.Read<ProposedPayload>().Change.Operation.Title(),
        LedgerKind.Judged or LedgerKind.Refused => entry.Read<JudgedPayload>().Sentence,
        LedgerKind.Requested => entry.Read<RequestedPayload>().Reason,
        LedgerKind.Approved => entry.Read<ApprovedPayload>().Reason,
        LedgerKind.Denied => entry.Read<DeniedPayload>().Reason,
        LedgerKind.Overridden => entry.Read<OverriddenPayload>().Reason,
        LedgerKind.Paused => entry.Read<PausedPayload>().Reason,
        LedgerKind.Resumed => entry.Read<ResumedPayload>().Reason,
        LedgerKind.Applying => entry.Read<ApplyingPayload>().Step,
        LedgerKind.Applied => string.Join("; ", entry.Read<AppliedPayload>().Receipt.Sql),
        LedgerKind.ApplyFailed => entry.Read<ApplyFailedPayload>().Error,
        LedgerKind.Verified => $"{Words.Of(entry.Read<VerifiedPayload>().Verification.Outcome)}: {entry.Read<VerifiedPayload>().Verification.Reason}",
        LedgerKind.RollingBack => entry.Read<RollingBackPayload>().Reason,
        LedgerKind.RolledBack => entry.Read<RolledBackPayload>().Reason,
        LedgerKind.RollbackFailed => entry.Read<RollbackFailedPayload>().Error,
        LedgerKind.Settled => $"{entry.Read<SettledPayload>().Found}: {entry.Read<SettledPayload>().Done}",
        _ => string.Empty,
    };

    // A payload that somebody made unreadable is shown as the text it is.
    private static JsonNode? Payload(LedgerEntry entry)
    {
        try
        {
            return JsonNode.Parse(entry.Payload);
        }
        catch (System.Text.Json.JsonException)
        {
            return JsonValue.Create(entry.Payload);
        }
    }
}
