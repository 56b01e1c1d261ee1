using System.Globalization;
using Almanac.Model;

namespace Almanac.Change.Operations;

/// <summary>Compares and writes setting values after the server's rules for units, booleans and lists (PostgreSQL 15, 20.1.1).</summary>
internal static class SettingText
{
    // The settings of type list whose elements ALTER SYSTEM quotes one by one (GUC_LIST_QUOTE).
    private static readonly string[] QuotedLists =
        ["local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories"];

    // Factors to bytes and to microseconds.
    private static readonly Dictionary<string, double> Units = new(StringComparer.Ordinal)
    {
        ["B"] = 1, ["kB"] = 1024, ["8kB"] = 8192, ["MB"] = 1048576, ["16MB"] = 16777216, ["GB"] = 1073741824, ["TB"] = 1099511627776,
        ["us"] = 1, ["ms"] = 1000, ["s"] = 1e6, ["min"] = 60e6, ["h"] = 3600e6, ["d"] = 86400e6,
    };

    /// <summary>ALTER SYSTEM SET, the value quoted as the server wants it.</summary>
    public static string AlterSystem(string name, string value)
    {
        var written = QuotedLists.Contains(name)
            ? string.Join(", ", value.Split(',').Select(v => SqlText.Literal(v.Trim().Trim('"'))))
            : SqlText.Literal(value);
        return $"ALTER SYSTEM SET {Quote(name)} = {written}";
    }

    /// <summary>Removes the setting from postgresql.auto.conf.</summary>
    public static string Reset(string name) => $"ALTER SYSTEM RESET {Quote(name)}";

    /// <summary>True when two spellings mean the same; <paramref name="unit"/> is that of a bare number.</summary>
    public static bool Same(string type, string? unit, string one, string other) => type switch
    {
        "bool" => Truth(one) is { } a && Truth(other) is { } b && a == b,
        "integer" or "real" => Amount(one, unit) is { } x && Amount(other, unit) is { } y
            && Math.Abs(x - y) <= (type == "integer" ? 0.5 : 1e-9 * Math.Max(1, Math.Abs(x))),
        "enum" => string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase),
        _ => string.Concat(one.Where(c => c is not (' ' or '"'))) == string.Concat(other.Where(c => c is not (' ' or '"'))),
    };

    // An extension's setting has two parts.
    private static string Quote(string name) => string.Join('.', name.Split('.').Select(SqlText.Quote));

    private static bool? Truth(string text) => text.Trim().ToLowerInvariant() switch
    {
        "on" or "true" or "t" or "tr" or "tru" or "yes" or "y" or "ye" or "1" => true,
        "off" or "of" or "false" or "f" or "fa" or "fal" or "fals" or "no" or "n" or "0" => false,
        _ => null,
    };

    // In multiples of the setting's own unit.
    private static double? Amount(string text, string? unit)
    {
        var trimmed = text.Trim();
        var end = trimmed.Length;
        while (end > 0 && char.IsAsciiLetter(trimmed[end - 1]))
        {
            end--;
        }

        var suffix = trimmed[end..];
        if (!double.TryParse(trimmed[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        if (suffix.Length == 0 || unit is null)
        {
            return suffix.Length == 0 ? number : null;
        }

        return Units.TryGetValue(suffix, out var from) && Units.TryGetValue(unit, out var to) ? number * from / to : null;
    }
}
