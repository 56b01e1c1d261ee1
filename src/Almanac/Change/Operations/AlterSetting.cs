using Almanac.Model;
using Almanac.Tools.Postgres;
using NodaTime;

namespace Almanac.Change.Operations;

/// <summary>
/// Sets one server setting by ALTER SYSTEM and a reload, and looks with new sessions until it is in force. One that needs a restart is
/// written and stays pending: Almanac does not restart a server for a setting.
/// </summary>
internal sealed class AlterSetting(AlterSettingSpec spec, TimeProvider time) : Operation
{
    private static readonly TimeSpan ReloadPatience = TimeSpan.FromSeconds(15);

    /// <summary>An unmeasured setting is put back: trying again costs nothing.</summary>
    public override bool Adopts => false;

    public override IReadOnlyList<string> Describe(Preparation preparation) => [SettingText.AlterSystem(spec.Name, spec.Value), "SELECT pg_reload_conf()"];

    public override IReadOnlyList<string> DescribeUndo(Preparation preparation)
        => [preparation.PreviousValue is { } previous ? SettingText.AlterSystem(spec.Name, previous) : SettingText.Reset(spec.Name), "SELECT pg_reload_conf()"];

    public override async Task<Preparation> ValidateAsync(PostgresReader reader, CancellationToken cancellation)
    {
        if (await StateAsync(reader, cancellation) is not { } state)
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"The server has no setting {spec.Name}.", "Is the extension that defines it loaded?");
        }

        if (WhyNot(state) is var (why, hint))
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"{spec.Name} is not changed: {why}.", hint);
        }

        await CheckRightAsync(reader, state, cancellation);
        await CheckValueAsync(reader, state, cancellation);
        var previous = await PreviousAsync(reader, state, cancellation);
        var preparation = new Preparation { PreviousValue = previous };
        return previous is not null && !state.PendingRestart && SettingText.Same(state.Vartype, state.Unit, state.Setting, spec.Value) && SettingText.Same(state.Vartype, state.Unit, previous, spec.Value)
            ? preparation with { AlreadyDone = $"{spec.Name} is already {spec.Value}." }
            : preparation;
    }

    public override Task<Preparation> RecallAsync(PostgresReader reader, ApplyingPayload applying, CancellationToken cancellation)
        => Task.FromResult(new Preparation { PreviousValue = applying.PreviousValue });

    public override async Task<Applied> ApplyAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation)
    {
        foreach (var statement in Describe(preparation))
        {
            await session.ExecuteAsync(statement, cancellation);
        }

        progress("waiting until a new session sees the value", null);
        var state = await InForceAsync(session, spec.Value, cancellation);
        return new Applied
        {
            Undo = DescribeUndo(preparation)[0],
            Pending = state.PendingRestart ? $"{spec.Name} = {spec.Value} is written and takes effect at the server's next restart." : null,
        };
    }

    public override async Task RollBackAsync(ActingWriter session, Preparation preparation, Action<string, double?> progress, CancellationToken cancellation)
    {
        await using (var reader = await PostgresReader.OpenAsync(session.Target, "change", cancellation))
        {
            // A value that somebody else wrote since is theirs; the reload is repeated, in case the first try ended before it.
            if (await FindAsync(reader, preparation, cancellation) is Progress.Nothing)
            {
                await session.ExecuteAsync("SELECT pg_reload_conf()", cancellation);
                return;
            }
        }

        foreach (var statement in DescribeUndo(preparation))
        {
            await session.ExecuteAsync(statement, cancellation);
        }

        await InForceAsync(session, preparation.PreviousValue, cancellation);
    }

    public override async Task<Progress> FindAsync(PostgresReader reader, Preparation preparation, CancellationToken cancellation)
    {
        if (await StateAsync(reader, cancellation) is not { } state)
        {
            return Progress.Nothing;
        }

        // What neither we nor our predecessor wrote is somebody else's and stays.
        var written = await PreviousAsync(reader, state, cancellation);
        return written is not null && SettingText.Same(state.Vartype, state.Unit, written, spec.Value)
            && (preparation.PreviousValue is null || !SettingText.Same(state.Vartype, state.Unit, preparation.PreviousValue, spec.Value))
            ? Progress.Complete
            : Progress.Nothing;
    }

    public override async Task<Cleaned> CleanUpAsync(ActingWriter session, PostgresReader reader, Preparation preparation, CancellationToken cancellation)
    {
        if (await FindAsync(reader, preparation, cancellation) is Progress.Nothing)
        {
            return new Cleaned("The setting is as it was.", Progress.Nothing);
        }

        await RollBackAsync(session, preparation, (_, _) => { }, cancellation);
        return new Cleaned("The former value was put back.", Progress.Nothing);
    }

    // New sessions, because this one may have read the files before the reload. A null value stands for whatever holds without a line of ours.
    private async Task<SettingState> InForceAsync(ActingWriter session, string? value, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            await using (var reader = await PostgresReader.OpenAsync(session.Target, "change", cancellation))
            {
                var state = await StateAsync(reader, cancellation)
                    ?? throw new AlmanacException(ExitCode.ToolFailed, $"{spec.Name} is no setting any more.", null);
                var file = state.SeesFiles ? await FileAsync(reader, cancellation) : null;
                var effective = state.Source is "client" ? file?.Setting : state.ResetVal;
                if (state.PendingRestart
                    || (value is null ? file is null && !FromAutoConf(state) : effective is not null && SettingText.Same(state.Vartype, state.Unit, effective, value)))
                {
                    return state;
                }

                if (time.GetElapsedTime(began) > ReloadPatience)
                {
                    var why = file?.Error is { } error ? $"the server says: {error}"
                        : state.Source is "configuration file" or "default" ? "the server has not read its files again"
                        : $"it is overridden ({state.Source})";
                    throw new AlmanacException(ExitCode.ToolFailed, $"{spec.Name} = {value ?? "(default)"} is not in force after a reload: {why}.", "The server's log tells more.");
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }
    }

    private (string Why, string? Hint)? WhyNot(SettingState state)
    {
        if (state.Standby)
        {
            return ("this is a standby", "Point Almanac at the primary.");
        }

        if (state.Context is "internal")
        {
            return ("it is fixed when the server is built or the cluster created", null);
        }

        if (state.Context is "postmaster" != spec.NeedsRestart)
        {
            return (spec.NeedsRestart ? "it was proposed as needing a restart, and needs none" : "it needs a restart, and was proposed without one", "Ask for advice again.");
        }

        if (!state.MayReload)
        {
            return ("this role may not reload the configuration", "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO the role; `almanac init` prints it.");
        }

        if (!state.SeesSources && !state.SeesFiles)
        {
            return ("this role cannot see the former value, so the change could not be undone", "GRANT pg_read_all_settings TO the role; `almanac init` prints it.");
        }

        return state.Source switch
        {
            "command line" => ("the server was started with it on the command line, which outranks ALTER SYSTEM", "Change the server's start options instead."),
            "database" or "user" or "database user" => ($"it is overridden for {state.OverriddenFor}, so here the new value would have no effect", "ALTER DATABASE or ALTER ROLE ... RESET it first."),
            _ => null,
        };
    }

    private async Task CheckRightAsync(PostgresReader reader, SettingState state, CancellationToken cancellation)
    {
        var version = await reader.ScalarAsync<int>("SELECT current_setting('server_version_num')::int", null, cancellation);
        if (state.Superuser || (version >= 150000 && await reader.ScalarAsync<bool>("SELECT has_parameter_privilege(@name, 'ALTER SYSTEM')", new { name = spec.Name }, cancellation)))
        {
            return;
        }

        throw new AlmanacException(
            ExitCode.PrerequisiteMissing,
            $"This role may not change {spec.Name} by ALTER SYSTEM.",
            version >= 150000 ? $"GRANT ALTER SYSTEM ON PARAMETER {spec.Name} TO the role; `almanac init` prints it." : "Before PostgreSQL 15 only a superuser may.");
    }

    // What a session may set, the server checks without writing anything; the others are checked by ALTER SYSTEM itself, which writes no value that it refuses.
    private async Task CheckValueAsync(PostgresReader reader, SettingState state, CancellationToken cancellation)
    {
        if (state.Context is not "user" && !(state.Context is "superuser" && state.Superuser))
        {
            return;
        }

        try
        {
            await reader.ScalarAsync<string>("SELECT set_config(@name, @value, true)", new { name = spec.Name, value = spec.Value }, cancellation);
        }
        catch (AlmanacException e) when (e.SqlState() is "22023" or "42601")
        {
            throw new AlmanacException(ExitCode.PrerequisiteMissing, $"The server refuses {spec.Name} = {spec.Value}: {e.Message}", "Check the value and its unit.", e);
        }
    }

    private async Task<string?> PreviousAsync(PostgresReader reader, SettingState state, CancellationToken cancellation)
    {
        if (state.SeesFiles)
        {
            return (await FileAsync(reader, cancellation))?.Setting;
        }

        return FromAutoConf(state) ? state.ResetVal + (state.Unit is "8kB" or "16MB" ? string.Empty : state.Unit) : null;
    }

    private async Task<FileLine?> FileAsync(PostgresReader reader, CancellationToken cancellation)
        => (await reader.QueryAsync<FileLine>(SqlResource.Load("Change/Sql/setting_file.sql"), new { name = spec.Name }, cancellation)).SingleOrDefault();

    private async Task<SettingState?> StateAsync(PostgresReader reader, CancellationToken cancellation)
        => (await reader.QueryAsync<SettingState>(SqlResource.Load("Change/Sql/setting_state.sql"), new { name = spec.Name }, cancellation)).SingleOrDefault();

    private static bool FromAutoConf(SettingState state) => state.Sourcefile?.EndsWith("postgresql.auto.conf", StringComparison.Ordinal) ?? false;

    private sealed record FileLine
    {
        public string? Setting { get; init; }
        public required bool Applied { get; init; }
        public string? Error { get; init; }
    }

    private sealed record SettingState
    {
        public required string Name { get; init; }
        public required string Setting { get; init; }
        public string? Unit { get; init; }
        public required string Context { get; init; }
        public required string Vartype { get; init; }
        public required string Source { get; init; }
        public string? Sourcefile { get; init; }
        public string? ResetVal { get; init; }
        public required bool PendingRestart { get; init; }
        public required bool Standby { get; init; }
        public required bool MayReload { get; init; }
        public required bool SeesSources { get; init; }
        public required bool SeesFiles { get; init; }
        public required bool Superuser { get; init; }
        public string? OverriddenFor { get; init; }
    }
}
