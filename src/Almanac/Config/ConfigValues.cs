using System.Globalization;
using Almanac.Model;

namespace Almanac.Config;

/// <summary>Turns texts into the values of keys, and back for people.</summary>
internal static class ConfigValues
{
    /// <summary>What a value looks like.</summary>
    public static string Expected(ConfigKey key)
    {
        var type = Plain(key.Type);
        var range = (key.Attribute.Minimum, key.Attribute.Maximum) switch
        {
            (double.NegativeInfinity, double.PositiveInfinity) => string.Empty,
            (var low, double.PositiveInfinity) => string.Create(CultureInfo.InvariantCulture, $" of at least {low}"),
            (double.NegativeInfinity, var high) => string.Create(CultureInfo.InvariantCulture, $" of at most {high}"),
            var (low, high) => string.Create(CultureInfo.InvariantCulture, $" from {low} to {high}"),
        };
        return type == typeof(int) || type == typeof(long) ? "a whole number" + range
            : type == typeof(double) ? "a number" + range
            : type == typeof(bool) ? "true or false"
            : key.IsGroups ? "a list of groups"
            : key.ItemType is not null ? "a list of words"
            : key.Attribute.Connection ? "a connection (URI, key=value, service=NAME), env:NAME or file:PATH"
            : "a text";
    }

    /// <summary>The value of a scalar text, or null when the key does not accept it.</summary>
    public static object? Parse(ConfigKey key, string text)
    {
        var type = Plain(key.Type);
        if (type == typeof(string))
        {
            return text.Length > 0 ? text : null;
        }

        if (type == typeof(bool))
        {
            return text switch { "true" => true, "false" => false, _ => null };
        }

        if (key.ItemType == typeof(string))
        {
            return (string[])[.. text.Split(',').Select(t => t.Trim()).Where(t => t.Length > 0)];
        }

        if (!double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number < key.Attribute.Minimum || number > key.Attribute.Maximum)
        {
            return null;
        }

        return type == typeof(double) ? number
            : type == typeof(int) && number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number
            : type == typeof(long) && number == Math.Truncate(number) && Math.Abs(number) < long.MaxValue ? (long)number
            : null;
    }

    /// <summary>The value for people; passwords masked.</summary>
    public static string Show(ConfigKey key, object? value) => value switch
    {
        null => string.Empty,
        string text => key.Attribute.Connection ? ConnectionReference.Mask(text) : text,
        bool flag => flag ? "true" : "false",
        IEnumerable<string> list => string.Join(", ", list),
        System.Collections.IEnumerable groups => string.Join("; ", groups.Cast<object>().Select(Group)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Group(object group)
        => string.Join(' ', ConfigSchema.Of(group.GetType()).Select(k => (k, value: k.Get(group))).Where(x => x.value is not null)
            .Select(x => $"{x.k.Path}={Show(x.k, x.value)}"));

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
