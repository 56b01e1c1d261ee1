using Almanac.Model;

namespace Almanac.Config;

/// <summary>Turns a connection as it stands in a flag, a variable or a file into a target, following <c>env:</c> and <c>file:</c>.</summary>
public static class TargetReader
{
    /// <summary>The target; <paramref name="variables"/> replaces the process's own variables.</summary>
    /// <exception cref="AlmanacException">Usage or ConfigurationInvalid; never shows a password.</exception>
    public static ConnectionTarget Read(string text, IReadOnlyDictionary<string, string>? variables = null)
    {
        var environment = ConnectionEnvironmentReader.Read(variables);
        return ConnectionTargetParser.Parse(Follow(text.Trim(), environment), environment);
    }

    private static string Follow(string text, ConnectionEnvironment environment)
    {
        if (text.StartsWith(ConnectionReference.Environment, StringComparison.Ordinal))
        {
            var name = text[ConnectionReference.Environment.Length..];
            return environment.Variable(name)
                ?? throw new AlmanacException(ExitCode.ConfigurationInvalid, $"The environment variable {name}, to which {text} refers, is not set.", $"export {name}='postgresql://...'");
        }

        if (text.StartsWith(ConnectionReference.File, StringComparison.Ordinal))
        {
            var path = text[ConnectionReference.File.Length..];
            path = path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(environment.Home, path[2..]) : path;
            if (environment.Text(path) is not { } content)
            {
                throw new AlmanacException(ExitCode.ConfigurationInvalid, $"The file {path}, to which {text} refers, cannot be read.", "It holds one connection text.");
            }

            return environment.PrivateText(path) is not null || !ConnectionText.HoldsPassword(content.Trim())
                ? content.Trim()
                : throw new AlmanacException(ExitCode.ConfigurationInvalid, $"The file {path} holds a password, and others than its owner can read it.", $"chmod 600 {path}");
        }

        return text;
    }
}
