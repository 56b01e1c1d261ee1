namespace Almanac.Config;

/// <summary>A connection in a configuration file: a text without a password, or a reference to where the text is kept.</summary>
public static class ConnectionReference
{
    internal const string Environment = "env:";
    internal const string File = "file:";

    /// <summary>True for <c>env:NAME</c> and <c>file:PATH</c>.</summary>
    public static bool IsReference(string text)
        => text.StartsWith(Environment, StringComparison.Ordinal) || text.StartsWith(File, StringComparison.Ordinal);

    /// <summary>The text without passwords; a reference as it is.</summary>
    public static string Mask(string text) => IsReference(text) ? text : ConnectionText.Mask(text);

    /// <summary>True when the text itself, not a reference, holds a password.</summary>
    public static bool HoldsPassword(string text) => !IsReference(text) && ConnectionText.HoldsPassword(text);
}
