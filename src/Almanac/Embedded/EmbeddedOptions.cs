namespace Almanac.Embedded;

/// <summary>What a private cluster is for, and how it differs from initdb's defaults.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>Shown in the registry: <c>demo</c>, <c>test</c>, <c>benchmark</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Leave the cluster running when this process ends; <c>demo --stop</c> ends it.</summary>
    public bool Keep { get; init; }

    /// <summary>Survive a crash of the operating system: fsync is on. Tests may switch it off.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Lines of postgresql.conf on top of the ones every embedded cluster has.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The folder that holds all embedded clusters of this user; the default is short, since a socket path has 107 bytes at most.</summary>
    public string? Root { get; init; }
}
