using Almanac.Cli.Grammar;
using Almanac.Config;

namespace Almanac.Cli;

/// <summary>Where options and configuration become the parts that a verb works with.</summary>
internal static class Composition
{
    /// <summary>The database of <c>--db</c>, or of the PG* environment.</summary>
    public static ConnectionTarget Target(VerbRun run)
        => ConnectionTargetParser.Parse(run.Value(run.Common.Database) ?? string.Empty, ConnectionEnvironmentReader.Read(run.Context.Environment));
}
