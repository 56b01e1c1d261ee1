using System.CommandLine;

namespace Almanac.Cli.Grammar;

/// <summary>The options that every verb takes.</summary>
internal sealed class CommonOptions
{
    public Option<string> Output { get; } = new("--output", "-o") { HelpName = "table|json|yaml|csv", Description = "How the answer is written (default: table)." };

    public Option<string> Database { get; } = new("--db") { HelpName = "URI", Description = "The database: postgresql:// URI, key=value string or service=NAME; without it the PG* environment." };

    public Option<string> Store { get; } = new("--store") { HelpName = "URI", Description = "The database that holds schema almanac: history and ledger (default: the one of --db)." };

    public Option<string[]> Region { get; } = new("--region") { HelpName = "REGION", Description = "A region of the profile; may be repeated (default: the profile's primary)." };

    public Option<string> Profile { get; } = new("--profile") { HelpName = "FOLDER", Description = "The calendar profile (default: profiles/wedding, shipped with Almanac)." };

    public Option<string> At { get; } = new("--at") { HelpName = "INSTANT", Description = "Answer for this moment, ISO-8601 with Z or an offset (default: now)." };

    public Option<string> Config { get; } = new("--config") { HelpName = "FILE", Description = "Read this configuration file instead of ./almanac.yaml." };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colour, as NO_COLOR=1." };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no notes on standard error." };

    public Option<bool> Debug { get; } = new("--debug") { Description = "Show the stack of an unexpected error." };

    public IReadOnlyList<Option> All => [Output, Database, Store, Region, Profile, At, Config, NoColor, Quiet, Debug];
}
