using Almanac.Config;

namespace Almanac.Tools.Postgres;

/// <summary>A database on a cluster that Almanac itself created: proof, by type, that nobody else owns it.</summary>
public sealed record PrivateTarget
{
    // Only Embedded makes one (an architecture test holds that); no user's URI can become a private target.
    internal PrivateTarget(ConnectionTarget target) => Target = target;

    /// <summary>How to reach it.</summary>
    public ConnectionTarget Target { get; }

    /// <summary>The same cluster, another database.</summary>
    public PrivateTarget WithDatabase(string database) => new(Target with { Database = database });
}
