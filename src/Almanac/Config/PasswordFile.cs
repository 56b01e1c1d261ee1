using System.Text;

namespace Almanac.Config;

/// <summary>Looks a password up in a libpq password file: <c>host:port:database:user:password</c>, <c>*</c> matches all, <c>\</c> escapes.</summary>
internal static class PasswordFile
{
    /// <summary>The password of the first line that matches, or null.</summary>
    public static string? Find(string text, string host, int port, string database, string user)
    {
        string[] wanted = [host, port.ToString(System.Globalization.CultureInfo.InvariantCulture), database, user];
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var rest = line;
            var matches = true;
            foreach (var value in wanted)
            {
                (var field, var escaped, var following) = Field(rest);
                matches = matches && following is not null && ((field == "*" && !escaped) || field == value);
                rest = following ?? string.Empty;
            }

            if (matches)
            {
                return Unescape(rest);
            }
        }

        return null;
    }

    // The field up to the next bare colon, and what follows; null for the rest when the line ends first.
    private static (string Field, bool Escaped, string? Following) Field(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ':')
            {
                var raw = text[..i];
                return (Unescape(raw), raw.Contains('\\', StringComparison.Ordinal), text[(i + 1)..]);
            }
        }

        return (Unescape(text), false, null);
    }

    private static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            i += text[i] == '\\' && i + 1 < text.Length ? 1 : 0;
            result.Append(text[i]);
        }

        return result.ToString();
    }
}
