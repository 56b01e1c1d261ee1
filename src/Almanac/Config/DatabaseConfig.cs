using Almanac.Model;

namespace Almanac.Config;

/// <summary>One named database of the <c>databases:</c> list.</summary>
public sealed record DatabaseConfig
{
    [ConfigKey("The name by which commands refer to it.", Required = true)]
    public string Name { get; init; } = string.Empty;

    [ConfigKey("How to reach it.", Connection = true, Required = true)]
    public string Uri { get; init; } = string.Empty;

    [ConfigKey("The region whose calendar protects it; calendar.region by default.")]
    public string? Region { get; init; }
}
