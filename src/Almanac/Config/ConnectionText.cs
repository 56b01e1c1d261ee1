using System.Text;
using Almanac.Model;

namespace Almanac.Config;

/// <summary>
/// Splits a connection text (URI, key=value, or a bare database name) into libpq's parameters. Messages name parameters and positions,
/// never values; where a piece may belong to a password it is not shown at all.
/// </summary>
internal static class ConnectionText
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    /// <summary>The parameters as given; a later one of the same name wins. Unknown names are errors.</summary>
    /// <exception cref="AlmanacException">Usage.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var trimmed = text.Trim();
        var scheme = Schemes.FirstOrDefault(s => trimmed.StartsWith(s, StringComparison.Ordinal));
        if (scheme is not null)
        {
            return Uri(trimmed[scheme.Length..]);
        }

        if (trimmed.Contains("://", StringComparison.Ordinal) && !trimmed.Contains(' ', StringComparison.Ordinal))
        {
            throw Bad("its scheme is not postgresql://");
        }

        return trimmed.Length == 0 ? new Dictionary<string, string>()
            : trimmed.Contains('=', StringComparison.Ordinal) ? KeyValues(trimmed)
            : new Dictionary<string, string> { ["dbname"] = trimmed };
    }

    /// <summary>True when the text itself holds a password.</summary>
    public static bool HoldsPassword(string text)
    {
        try
        {
            var parameters = Parse(text);
            return parameters.ContainsKey("password") || parameters.ContainsKey("sslpassword");
        }
        catch (AlmanacException)
        {
            // What cannot be read may hold one.
            return true;
        }
    }

    /// <summary>The text without its passwords, for people.</summary>
    public static string Mask(string text)
    {
        if (!HoldsPassword(text))
        {
            return text;
        }

        try
        {
            return string.Join(' ', Parse(text).Select(p => $"{p.Key}={(p.Key is "password" or "sslpassword" ? "***" : p.Value)}"));
        }
        catch (AlmanacException)
        {
            return "***";
        }
    }

    private static Dictionary<string, string> Uri(string rest)
    {
        var result = new Dictionary<string, string>();
        var at = rest.IndexOfAny(['@', '/']);
        var named = at >= 0 && rest[at] == '@';
        if (named)
        {
            var colon = rest.IndexOf(':', 0, at);
            Put(result, "user", rest[..(colon < 0 ? at : colon)]);
            if (colon >= 0)
            {
                Put(result, "password", rest[(colon + 1)..at]);
            }

            rest = rest[(at + 1)..];
        }

        var guarded = rest.Contains('@', StringComparison.Ordinal);
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? rest : rest[..query];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var hosts = slash < 0 ? path : path[..slash];

        // A bare @ or / in a password cuts it, and what follows would pass for a host or a database, which messages show.
        if (path.Contains('@', StringComparison.Ordinal) && (named || hosts.Contains(':', StringComparison.Ordinal)))
        {
            throw Bad("an @ stands where no user name ends", "In a password, write @ as %40, : as %3A, / as %2F.");
        }

        if (slash >= 0)
        {
            Put(result, "dbname", path[(slash + 1)..]);
        }

        HostList(result, hosts);
        if (query >= 0)
        {
            foreach (var pair in rest[(query + 1)..].Split('&').Where(p => p.Length > 0))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0)
                {
                    throw Bad("one of its parameters has no '='");
                }

                var (name, value) = (Decode(pair[..equals]), Decode(pair[(equals + 1)..]));
                if (name == "ssl" && value == "true")
                {
                    (name, value) = ("sslmode", "require");
                }

                Add(result, name, value, guarded);
            }
        }

        return result;
    }

    private static void HostList(Dictionary<string, string> result, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        List<string> hosts = [];
        List<string> ports = [];
        foreach (var item in text.Split(','))
        {
            var (host, tail) = item.StartsWith('[') ? Bracketed(item) : item.Split(':', 2) is [var h, var p] ? (h, ":" + p) : (item, string.Empty);
            hosts.Add(Decode(host));
            ports.Add(tail.Length == 0 ? string.Empty : Decode(tail[1..]));
        }

        if (hosts.Exists(h => h.Length > 0))
        {
            result["host"] = string.Join(',', hosts);
        }

        if (ports.Exists(p => p.Length > 0))
        {
            result["port"] = string.Join(',', ports);
        }
    }

    private static (string Host, string Tail) Bracketed(string item)
    {
        var end = item.IndexOf(']', StringComparison.Ordinal);
        var tail = end < 0 ? string.Empty : item[(end + 1)..];
        return end > 1 && (tail.Length == 0 || tail[0] == ':')
            ? (item[1..end], tail)
            : throw Bad("an IPv6 address must look like [::1] or [::1]:5432");
    }

    private static Dictionary<string, string> KeyValues(string text)
    {
        var result = new Dictionary<string, string>();
        var i = 0;
        while (true)
        {
            i = SkipSpace(text, i);
            if (i == text.Length)
            {
                return result;
            }

            var start = i;
            while (i < text.Length && text[i] != '=' && !char.IsWhiteSpace(text[i]))
            {
                i++;
            }

            var name = text[start..i];
            i = SkipSpace(text, i);
            if (i == text.Length || text[i] != '=')
            {
                throw Bad($"no '=' follows the word at character {start + 1}", "Put values with spaces into single quotes: password='my secret'.");
            }

            i = SkipSpace(text, i + 1);
            (var value, i) = Value(text, i);
            Add(result, name, value, guarded: result.ContainsKey("password"));
        }
    }

    private static (string Value, int Next) Value(string text, int i)
    {
        var value = new StringBuilder();
        var quoted = i < text.Length && text[i] == '\'';
        for (i += quoted ? 1 : 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
                value.Append(i < text.Length ? text[i] : string.Empty);
            }
            else if (quoted ? text[i] == '\'' : char.IsWhiteSpace(text[i]))
            {
                return (value.ToString(), i + 1);
            }
            else
            {
                value.Append(text[i]);
            }
        }

        return quoted ? throw Bad("a quoted value has no closing quote") : (value.ToString(), Math.Min(i, text.Length));
    }

    private static int SkipSpace(string text, int i)
    {
        while (i < text.Length && char.IsWhiteSpace(text[i]))
        {
            i++;
        }

        return i;
    }

    private static void Put(Dictionary<string, string> result, string name, string encoded)
    {
        if (encoded.Length > 0)
        {
            result[name] = Decode(encoded);
        }
    }

    private static void Add(Dictionary<string, string> result, string name, string value, bool guarded)
    {
        if (!ConnectionParameters.ByName.ContainsKey(name))
        {
            throw guarded || result.ContainsKey("password")
                ? Bad("an unknown parameter follows the password", "Put a password with spaces into single quotes; in a URI, write & as %26, @ as %40, / as %2F.")
                : Bad($"unknown parameter '{name}'{Nearest.Hint(name, ConnectionParameters.ByName.Keys)}");
        }

        result[name] = value;
    }

    private static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                var rune = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? text.Substring(i++, 2) : text[i].ToString();
                bytes.AddRange(Encoding.UTF8.GetBytes(rune));
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                throw Bad("a '%' is not followed by two hexadecimal digits", "Write a literal % as %25.");
            }
        }

        return bytes.Contains(0) ? throw Bad("%00 is not allowed") : Encoding.UTF8.GetString([.. bytes]);
    }

    private static AlmanacException Bad(string what, string? hint = null)
        => new(ExitCode.Usage, $"The connection text cannot be read: {what}.".Replace("?.", "?", StringComparison.Ordinal), hint ?? ConnectionTargetParser.Forms);
}
