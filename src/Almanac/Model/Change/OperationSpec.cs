using System.Text.Json.Serialization;

namespace Almanac.Model;

/// <summary>What a change does, as plain data; its executor is the file of the same name in Change/Operations.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CreateIndexSpec), "create-index")]
[JsonDerivedType(typeof(DropIndexSpec), "drop-index")]
[JsonDerivedType(typeof(AlterSettingSpec), "alter-setting")]
public abstract record OperationSpec
{
    /// <summary>The scope whose windows the guard asks about.</summary>
    [JsonIgnore]
    public abstract GuardScope Scope { get; }

    /// <summary>What it acts on: at most one change is under way on each subject at a time.</summary>
    [JsonIgnore]
    public abstract string Subject { get; }

    /// <summary>One line a person recognises, for example <c>create index on public.guests (wedding_id)</c>.</summary>
    public abstract string Title();
}
