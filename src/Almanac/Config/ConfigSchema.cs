using System.Reflection;
using System.Text;
using System.Text.Json;
using Almanac.Model;

namespace Almanac.Config;

/// <summary>One configuration key: where it stands in the file, how it is named in the environment, and what it accepts.</summary>
public sealed class ConfigKey
{
    internal ConfigKey(string path, IReadOnlyList<PropertyInfo> chain)
    {
        Path = path;
        Chain = chain;
        Type = chain[^1].PropertyType;
        Attribute = chain[^1].GetCustomAttribute<ConfigKeyAttribute>()!;
        ItemType = Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? Type.GetGenericArguments()[0] : null;
    }

    /// <summary>For example <c>guard.requestExpiryHours</c>.</summary>
    public string Path { get; }

    /// <summary>For example <c>ALMANAC_GUARD_REQUEST_EXPIRY_HOURS</c>; null for a list of groups, which only a file can hold.</summary>
    public string? Variable => IsGroups ? null : ConfigSchema.Prefix + Words(Path);

    /// <summary>One sentence on what it does.</summary>
    public string Description => Attribute.Description;

    /// <summary>What a value looks like, for messages and the reference page.</summary>
    public string Expected => ConfigValues.Expected(this);

    internal Type Type { get; }

    internal Type? ItemType { get; }

    internal bool IsGroups => ItemType is not null && ItemType != typeof(string);

    internal ConfigKeyAttribute Attribute { get; }

    /// <summary>From the root record to the property.</summary>
    internal IReadOnlyList<PropertyInfo> Chain { get; }

    internal object? Get(object root) => Chain.Aggregate((object?)root, (owner, property) => property.GetValue(owner));

    internal void Set(object root, object? value)
        => Chain[^1].SetValue(Chain.SkipLast(1).Aggregate(root, (owner, property) => property.GetValue(owner)!), value);

    private static string Words(string path)
    {
        var result = new StringBuilder();
        foreach (var c in path)
        {
            result.Append(c == '.' ? "_" : char.IsAsciiLetterUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString());
        }

        return result.ToString();
    }
}

/// <summary>The keys of a configuration record: its properties with a <see cref="ConfigKeyAttribute"/>, and those of the records in it.</summary>
public static class ConfigSchema
{
    internal const string Prefix = "ALMANAC_";

    /// <summary>All keys in the order of declaration.</summary>
    public static IReadOnlyList<ConfigKey> Of(Type root) => [.. Keys(root, string.Empty, [])];

    internal static string FileKey(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static IEnumerable<ConfigKey> Keys(Type type, string prefix, PropertyInfo[] chain)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            PropertyInfo[] path = [.. chain, property];
            if (property.GetCustomAttribute<ConfigKeyAttribute>() is not null)
            {
                yield return new ConfigKey(prefix + FileKey(property), path);
            }
            else
            {
                foreach (var key in Keys(property.PropertyType, prefix + FileKey(property) + ".", path))
                {
                    yield return key;
                }
            }
        }
    }
}
