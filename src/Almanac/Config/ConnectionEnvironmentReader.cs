using System.Collections;

namespace Almanac.Config;

/// <summary>Reads the connection environment of this process.</summary>
public static class ConnectionEnvironmentReader
{
    private static readonly string[] SocketDirectories = ["/var/run/postgresql", "/run/postgresql"];

    /// <summary>The environment as libpq would see it; <paramref name="variables"/> replaces the process's own variables.</summary>
    public static ConnectionEnvironment Read(IReadOnlyDictionary<string, string>? variables = null)
    {
        var seen = variables ?? Variables();
        return new ConnectionEnvironment
        {
            Variables = seen,
            OsUser = Environment.UserName,
            Home = seen.TryGetValue("HOME", out var home) && home.Length > 0 ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            DefaultHost = SocketDirectories.FirstOrDefault(Directory.Exists) ?? "localhost",
            Text = path => TextOf(path, ownerOnly: false),
            PrivateText = path => TextOf(path, ownerOnly: true),
        };
    }

    /// <summary>All variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> Variables()
        => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? string.Empty);

    private static string? TextOf(string path, bool ownerOnly)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        try
        {
            // libpq ignores a password file that others can read; so do we.
            return ownerOnly && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None ? null : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
