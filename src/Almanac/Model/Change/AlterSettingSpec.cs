namespace Almanac.Model;

/// <summary>Changes one server setting by ALTER SYSTEM and a reload, or a restart where the setting asks for one.</summary>
public sealed record AlterSettingSpec : OperationSpec
{
    public required string Name { get; init; }

    /// <summary>The new value as ALTER SYSTEM takes it, with unit, for example <c>64MB</c>.</summary>
    public required string Value { get; init; }

    /// <summary>True when the setting's context is <c>postmaster</c>.</summary>
    public bool NeedsRestart { get; init; }

    /// <inheritdoc />
    public override GuardScope Scope => NeedsRestart ? GuardScope.Restart : GuardScope.Setting;

    /// <inheritdoc />
    public override string Subject => "settings";

    /// <inheritdoc />
    public override string Title() => $"set {Name} = {Value}";
}
