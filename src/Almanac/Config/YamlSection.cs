using System.Globalization;
using NodaTime;
using YamlDotNet.RepresentationModel;

namespace Almanac.Config;

/// <summary>
/// Reads the keys of one YAML mapping by name and type and collects every problem. The keys that were asked for are the known ones:
/// <see cref="Done"/> reports the others.
/// </summary>
internal sealed class YamlSection(YamlMappingNode node, string file, ICollection<ConfigProblem> problems)
{
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <summary>The line at which the section begins.</summary>
    public int Line => YamlText.Line(node);

    /// <summary>The value as text, or null when it is absent or no scalar (a problem).</summary>
    public string? Text(string key, bool required = false)
    {
        switch (Find(key, required))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return scalar.Value;
            case var other:
                Problem(other, $"{key} must be a single value");
                return null;
        }
    }

    /// <summary>The value turned by <paramref name="parse"/>, which answers null for what it does not accept.</summary>
    public T? Value<T>(string key, string expected, Func<string, T?> parse, bool required = false)
        where T : struct
        => Text(key, required) is { } text ? Parsed(key, Find(key)!, text, expected, parse) : null;

    /// <summary>A number in the range.</summary>
    public double? Number(string key, double minimum, double maximum)
        => Value(key, $"a number from {minimum} to {maximum}", text =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum ? number : (double?)null);

    /// <summary>A whole number in the range.</summary>
    public int? Whole(string key, int minimum, int maximum)
        => Value(key, $"a whole number from {minimum} to {maximum}", text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum ? number : (int?)null);

    /// <summary>A number of hours.</summary>
    public Duration? Hours(string key, double maximum)
        => Number(key, 0, maximum) is { } hours ? Duration.FromHours(hours) : null;

    /// <summary>One of the words.</summary>
    public T? Word<T>(string key, IReadOnlyDictionary<string, T> words, bool required = false)
        where T : struct
        => Text(key, required) is { } text ? OneOf(key, Find(key)!, text, words) : null;

    /// <summary>A list of words; a single value counts as a list of one.</summary>
    public IReadOnlyList<T> Words<T>(string key, IReadOnlyDictionary<string, T> words)
        where T : struct
        => [.. Items(key).Select(item => OneOf(key, item.Node, item.Text, words)).OfType<T>()];

    /// <summary>A list of values turned by <paramref name="parse"/>; a single value counts as a list of one.</summary>
    public IReadOnlyList<T> Values<T>(string key, string expected, Func<string, T?> parse)
        where T : struct
        => [.. Items(key).Select(item => Parsed(key, item.Node, item.Text, expected, parse)).OfType<T>()];

    /// <summary>The sections of a list of mappings.</summary>
    public IEnumerable<YamlSection> Sections(string key)
    {
        switch (Find(key))
        {
            case null:
                yield break;
            case YamlSequenceNode list:
                foreach (var item in list)
                {
                    if (item is YamlMappingNode mapping)
                    {
                        yield return new YamlSection(mapping, file, problems);
                    }
                    else
                    {
                        Problem(item, $"each item of {key} must be a group of 'key: value' lines");
                    }
                }

                break;
            case var other:
                Problem(other, $"{key} must be a list");
                break;
        }
    }

    /// <summary>True when the key is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Reports a problem with one key, at its line (or the section's).</summary>
    public void Problem(string key, string text) => Problem(Find(key) ?? node, text);

    /// <summary>Reports the keys that nobody asked for.</summary>
    public void Done()
    {
        foreach (var key in node.Children.Keys)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                Problem(key, "a key must be a single word");
            }
            else if (!asked.Contains(name))
            {
                Problem(key, $"unknown key '{name}'{Nearest.Hint(name, asked)}");
            }
        }
    }

    private YamlNode? Find(string key, bool required = false)
    {
        asked.Add(key);
        if (node.Children.TryGetValue(new YamlScalarNode(key), out var found) && !YamlText.IsAbsent(found))
        {
            return found;
        }

        if (required)
        {
            Problem(node, $"{key} is missing");
        }

        return null;
    }

    private IEnumerable<(YamlNode Node, string Text)> Items(string key)
    {
        switch (Find(key))
        {
            case null:
                yield break;
            case YamlScalarNode single:
                yield return (single, single.Value ?? string.Empty);
                break;
            case YamlSequenceNode list:
                foreach (var item in list)
                {
                    if (item is YamlScalarNode scalar)
                    {
                        yield return (scalar, scalar.Value ?? string.Empty);
                    }
                    else
                    {
                        Problem(item, $"each item of {key} must be a single value");
                    }
                }

                break;
            case var other:
                Problem(other, $"{key} must be a list");
                break;
        }
    }

    private T? OneOf<T>(string key, YamlNode at, string text, IReadOnlyDictionary<string, T> words)
        where T : struct
    {
        if (words.TryGetValue(text, out var value))
        {
            return value;
        }

        Problem(at, $"{key} cannot be '{text}'{Nearest.Hint(text, words.Keys)}");
        return null;
    }

    private T? Parsed<T>(string key, YamlNode at, string text, string expected, Func<string, T?> parse)
        where T : struct
    {
        var value = parse(text);
        if (value is null)
        {
            Problem(at, $"{key} must be {expected}, not '{text}'");
        }

        return value;
    }

    private void Problem(YamlNode at, string text) => problems.Add(new ConfigProblem(file, YamlText.Line(at), text));
}
