namespace Almanac.Config;

/// <summary>What libpq would look at besides the connection text: variables, files, and the user.</summary>
public sealed record ConnectionEnvironment
{
    /// <summary>Environment variables; those whose name starts with PG count.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The operating-system user: the default database user.</summary>
    public required string OsUser { get; init; }

    /// <summary>Where <c>.pgpass</c> and <c>.pg_service.conf</c> are looked for.</summary>
    public required string Home { get; init; }

    /// <summary>The host when none is given: the server package's socket directory, or localhost.</summary>
    public string DefaultHost { get; init; } = "localhost";

    /// <summary>The text of a file, or null when it cannot be read.</summary>
    public Func<string, string?> Text { get; init; } = _ => null;

    /// <summary>The text of a password file, or null when it cannot be read, or others than its owner can.</summary>
    public Func<string, string?> PrivateText { get; init; } = _ => null;

    /// <summary>The variable's value; an empty one counts as not set.</summary>
    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
