using System.Globalization;
using Almanac.Model;
using NodaTime;

namespace Almanac.Advise.Settings;

/// <summary>Decides on a handful of settings, from what was measured and never from the hardware alone; a setting that is good enough stays.</summary>
/// <remarks>
/// random_page_cost is left alone here: it changes which indexes look right, so it would have to be tuned, and proved, before any index advice.
/// </remarks>
public static class SettingsAdvisor
{
    private const double Mega = 1 << 20;

    // Sorting in memory takes two to three times what the same rows take on disk.
    private const double MemoryPerSpilledByte = 2.5;

    // A spill matters when the statements that spill take this share of the measured time.
    private const double SpillShare = 0.01;

    // Share of the memory that all connections' work_mem together may claim.
    private const double WorkMemoryShare = 0.25;
    private const double LargestWorkMemory = 256 * Mega;
    private const double LargestWalSize = 16384 * Mega;
    private const double DeadShare = 0.2;
    private const long BigTableRows = 50_000;
    private static readonly Duration ReloadTime = Duration.FromSeconds(5);

    /// <summary>Advice on the settings of one server.</summary>
    public static Advice Advise(SettingsInput input)
    {
        var settings = input.Snapshot.Settings.ToDictionary(s => s.Name, StringComparer.Ordinal);
        List<string> notes = [];
        List<ProposedChange> changes = [];
        List<RejectedChange> rejected = [];
        foreach (var proposal in new[] { WorkMemory(input, settings, notes), WalSize(input, settings), CompletionTarget(input, settings), VacuumScale(input, settings, notes) }.OfType<Proposal>())
        {
            var setting = settings[proposal.Name];
            var spec = new AlterSettingSpec { Name = proposal.Name, Value = proposal.Value, NeedsRestart = setting.Context == "postmaster" };
            var id = ChangeIds.For(input.Target, spec);
            if (setting.Source == "command line")
            {
                notes.Add($"{proposal.Name} would be better at {proposal.Value}, but it is given on the server's command line (as Patroni does): change it where the server is started from.");
            }
            else if (setting.Context == "internal")
            {
                notes.Add($"{proposal.Name} is fixed in this server.");
            }
            else if (input.RecentlyRejected.Contains(id))
            {
                rejected.Add(new RejectedChange(id, spec, "it was rejected or rolled back recently"));
            }
            else
            {
                changes.Add(Change(input, proposal, spec, id));
            }
        }

        return new Advice { Changes = changes, Rejected = rejected, Notes = notes };
    }

    private static Proposal? WorkMemory(SettingsInput input, Dictionary<string, SettingValue> settings, List<string> notes)
    {
        var spilling = input.Workload.Statements.Where(s => s.TempWritten > 0 && s.Calls > 0 && s.Kind is not StatementKind.Utility).OrderByDescending(s => s.TempWritten).ToList();
        if (Bytes(settings, "work_mem") is not { } current || spilling.Count == 0 || spilling.Sum(s => s.TotalMs) < Math.Max(input.Workload.NoticeableMs, SpillShare * input.Workload.TotalMs))
        {
            return null;
        }

        var worst = spilling.Max(s => 8192.0 * s.TempWritten / s.Calls);
        var connections = Math.Max(Number(settings, "max_connections") ?? 100, 1);
        var memory = input.MemoryBytes ?? Math.Max(Bytes(settings, "effective_cache_size") ?? 0, 4 * (Bytes(settings, "shared_buffers") ?? 0));
        var ceiling = Math.Min(LargestWorkMemory, Math.Max(4 * Mega, memory * WorkMemoryShare / connections));
        var wanted = Math.Min(PowerOfTwo(worst * MemoryPerSpilledByte), FloorPowerOfTwo(ceiling));
        if (wanted < 2 * current)
        {
            if (worst * MemoryPerSpilledByte > current)
            {
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"Statements spill up to {worst / Mega:0.#} MB a call, but {connections:0} connections leave no room for a larger work_mem for all: raise it for the role that runs them."));
            }

            return null;
        }

        return new Proposal(
            "work_mem",
            Megabytes(wanted),
            $"Sorts and hashes spill to disk because they get {current / Mega:0.#} MB each.",
            [
                string.Create(CultureInfo.InvariantCulture, $"{spilling.Count} statement{(spilling.Count == 1 ? string.Empty : "s")} wrote {spilling.Sum(s => s.TempWritten) * 8192 / Mega:N0} MB of temporary files; the worst {worst / Mega:0.#} MB a call."),
                string.Create(CultureInfo.InvariantCulture, $"{connections:0} connections at {wanted / Mega:0.#} MB stay within a quarter of {memory / Mega:N0} MB of memory."),
            ],
            [.. spilling.Select(s => s.QueryId)]);
    }

    private static Proposal? WalSize(SettingsInput input, Dictionary<string, SettingValue> settings)
    {
        var requested = Delta(input, d => d.CheckpointsRequested);
        var timed = Delta(input, d => d.CheckpointsTimed);
        if (Bytes(settings, "max_wal_size") is not { } current || requested < 3 || requested <= timed)
        {
            return null;
        }

        // Room for the WAL of two checkpoint intervals at the rate seen; at most four times as much as now in one step. A rate needs an
        // interval to be a rate, and where the WAL would fit, somebody asked for the checkpoints (CREATE DATABASE does).
        var wal = (double)Delta(input, d => d.WalBytes);
        var seconds = input.Earlier is { } earlier ? (input.Snapshot.TakenAt - earlier.TakenAt).TotalSeconds : (input.Snapshot.TakenAt - input.Snapshot.Server.StartedAt).TotalSeconds;
        var interval = Number(settings, "checkpoint_timeout") ?? 300;
        var needed = seconds >= interval ? wal / seconds * interval * 2 : 0;
        var wanted = PowerOfTwo(Math.Clamp(needed, current, 4 * current));
        if (needed <= current || wanted > LargestWalSize)
        {
            return null;
        }

        return new Proposal(
            "max_wal_size",
            Megabytes(wanted),
            $"Checkpoints come because {current / Mega:N0} MB of WAL are full, not because they are due: each makes the next writes of every page larger.",
            [string.Create(CultureInfo.InvariantCulture, $"{requested} checkpoints were requested and {timed} timed, with {wal / Mega:N0} MB of WAL written.")],
            []);
    }

    private static Proposal? CompletionTarget(SettingsInput input, Dictionary<string, SettingValue> settings)
    {
        var checkpoints = Delta(input, d => d.CheckpointsTimed) + Delta(input, d => d.CheckpointsRequested);
        return Number(settings, "checkpoint_completion_target") is not { } current || current >= 0.9 || checkpoints < 1 ? null : new Proposal(
            "checkpoint_completion_target",
            "0.9",
            string.Create(CultureInfo.InvariantCulture, $"Checkpoints are written in {current:P0} of the time they could take, so they disturb more than they need to."),
            [string.Create(CultureInfo.InvariantCulture, $"{checkpoints} checkpoints wrote {Delta(input, d => d.BuffersCheckpoint):N0} pages; PostgreSQL's own default is 0.9 since version 14.")],
            []);
    }

    private static Proposal? VacuumScale(SettingsInput input, Dictionary<string, SettingValue> settings, List<string> notes)
    {
        var bloated = input.Snapshot.Relations.Where(r => r.LiveRows + r.DeadRows >= BigTableRows && r.DeadRows > DeadShare * r.LiveRows).OrderByDescending(r => r.DeadRows).ToList();
        if (bloated.Count == 0)
        {
            return null;
        }

        if (settings.GetValueOrDefault("autovacuum") is { Value: "off" })
        {
            notes.Add($"autovacuum is off and {bloated[0].Schema}.{bloated[0].Name} holds {bloated[0].DeadRows.ToString("N0", CultureInfo.InvariantCulture)} dead rows: switch it on, or vacuum by other means.");
            return null;
        }

        return Number(settings, "autovacuum_vacuum_scale_factor") is not { } current || current <= 0.2 ? null : new Proposal(
            "autovacuum_vacuum_scale_factor",
            "0.1",
            string.Create(CultureInfo.InvariantCulture, $"Autovacuum waits until {current:P0} of a table's rows are dead; on big tables that is far too late."),
            [.. bloated.Take(3).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Schema}.{r.Name} holds {r.DeadRows:N0} dead rows beside {r.LiveRows:N0} live ones."))],
            []);
    }

    private static ProposedChange Change(SettingsInput input, Proposal proposal, AlterSettingSpec spec, string id) => new()
    {
        Id = id,
        Target = input.Target,
        Operation = spec,
        Reason = proposal.Reason,

        // What a setting saves cannot be told beforehand: nothing is promised, and the verification watches that it does no harm.
        Estimate = new ChangeEstimate { SavedShare = 0, SavedMs = 0, Bytes = 0, WriteOverheadMs = 0, Duration = ReloadTime },
        Evidence = proposal.Evidence,
        Gains = proposal.Gains,
    };

    private static long Delta(SettingsInput input, Func<DatabaseCounters, long> counter)
    {
        var now = counter(input.Snapshot.Database);
        var before = input.Earlier is { } earlier ? counter(earlier.Database) : 0;
        return now >= before ? now - before : now;
    }

    private static double? Number(Dictionary<string, SettingValue> settings, string name)
        => settings.TryGetValue(name, out var setting) && double.TryParse(setting.Value, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static double? Bytes(Dictionary<string, SettingValue> settings, string name)
        => Number(settings, name) is { } value
            ? value * settings[name].Unit switch { "kB" => 1024, "8kB" => 8192, "16kB" => 16384, "MB" => Mega, "GB" => 1024 * Mega, _ => 1 }
            : null;

    private static double PowerOfTwo(double bytes) => Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(Mega, bytes))));

    private static double FloorPowerOfTwo(double bytes) => Math.Pow(2, Math.Floor(Math.Log2(Math.Max(Mega, bytes))));

    private static string Megabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Mega:0}MB");

    private sealed record Proposal(string Name, string Value, string Reason, IReadOnlyList<string> Evidence, IReadOnlyList<long> Gains);
}
