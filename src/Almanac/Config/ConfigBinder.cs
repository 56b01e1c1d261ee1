using Almanac.Model;
using YamlDotNet.RepresentationModel;

namespace Almanac.Config;

/// <summary>Everything that configuration can come from, as texts.</summary>
public sealed record ConfigSources
{
    /// <summary>Values from the command line by key path; they win over everything.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = new Dictionary<string, string>();

    /// <summary>The process's variables; those whose name starts with <c>ALMANAC_</c> count.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>YAML files, the one that wins first.</summary>
    public IReadOnlyList<(string File, string Text)> Files { get; init; } = [];
}

/// <summary>One key with the value in force and where it came from: a flag, a variable, <c>file:line</c>, or <c>default</c>.</summary>
public sealed record ConfigEntry(string Key, string Value, string Origin, string Description);

/// <summary>A configuration, how each value came about, and what is wrong with the sources.</summary>
public sealed record BoundConfig<T>(T Value, IReadOnlyList<ConfigEntry> Entries, IReadOnlyList<ConfigProblem> Problems);

/// <summary>
/// Merges the sources key by key: flag, then <c>ALMANAC_*</c>, then files, then the default. Every source is checked in full, also where
/// another one wins.
/// </summary>
public static class ConfigBinder
{
    /// <summary>Variables with these prefixes are no configuration: they say where programs and private clusters are, for scripts and tests.</summary>
    private static readonly string[] Reserved = ["ALMANAC_PG_", "ALMANAC_EMBEDDED_", "ALMANAC_LAUNCHER_", "ALMANAC_TEST_"];

    /// <summary>The configuration; where there are problems, <see cref="BoundConfig{T}.Value"/> holds what could be read.</summary>
    public static BoundConfig<T> Bind<T>(ConfigSources sources)
        where T : class, new()
    {
        var keys = ConfigSchema.Of(typeof(T));
        var problems = new List<ConfigProblem>();
        List<Dictionary<string, Given>> layers =
        [
            FromFlags(keys, sources.Flags, problems),
            FromVariables(keys, sources.Variables, problems),
            .. sources.Files.Select(f => new ConfigFileBinder(f.File, problems).Read(keys, f.Text)),
        ];
        var value = new T();
        var entries = new List<ConfigEntry>();
        var winners = new Dictionary<string, Given>();
        foreach (var key in keys)
        {
            if (layers.Select(layer => layer.GetValueOrDefault(key.Path)).FirstOrDefault(g => g is not null) is { } given)
            {
                key.Set(value, given.Value);
                winners[key.Path] = given;
            }

            entries.Add(new ConfigEntry(key.Path, ConfigValues.Show(key, key.Get(value)), winners.GetValueOrDefault(key.Path)?.Origin ?? "default", key.Description));
        }

        if (problems.Count == 0 && value is IConfigRules rules)
        {
            problems.AddRange(rules.Faults().Select(f => winners.TryGetValue(f.Key, out var given)
                ? new ConfigProblem(given.File, given.Line, $"{f.Key} {f.Text}")
                : new ConfigProblem("configuration", 0, $"{f.Key} {f.Text}")));
        }

        return new BoundConfig<T>(value, entries, problems);
    }

    private static Dictionary<string, Given> FromFlags(IReadOnlyList<ConfigKey> keys, IReadOnlyDictionary<string, string> flags, List<ConfigProblem> problems)
    {
        var result = new Dictionary<string, Given>();
        foreach (var (path, text) in flags)
        {
            var key = keys.FirstOrDefault(k => k.Path == path) ?? throw new ArgumentException($"No configuration key '{path}'.", nameof(flags));
            Accept(result, key, text, "command line", "command line", problems);
        }

        return result;
    }

    private static Dictionary<string, Given> FromVariables(IReadOnlyList<ConfigKey> keys, IReadOnlyDictionary<string, string> variables, List<ConfigProblem> problems)
    {
        var result = new Dictionary<string, Given>();
        var ours = variables
            .Where(v => v.Key.StartsWith(ConfigSchema.Prefix, StringComparison.Ordinal) && !Array.Exists(Reserved, r => v.Key.StartsWith(r, StringComparison.Ordinal)) && v.Value.Length > 0)
            .OrderBy(v => v.Key, StringComparer.Ordinal);
        foreach (var (name, text) in ours)
        {
            if (keys.FirstOrDefault(k => k.Variable == name) is { } key)
            {
                Accept(result, key, text, "environment", name, problems);
            }
            else
            {
                problems.Add(new ConfigProblem("environment", 0, $"unknown variable '{name}'{Nearest.Hint(name, keys.Select(k => k.Variable).OfType<string>())}"));
            }
        }

        return result;
    }

    private static void Accept(Dictionary<string, Given> result, ConfigKey key, string text, string source, string origin, List<ConfigProblem> problems)
    {
        if (ConfigValues.Parse(key, text) is { } value)
        {
            result[key.Path] = new Given(value, source, 0, origin);
        }
        else
        {
            problems.Add(new ConfigProblem(source, 0, $"{(source == "environment" ? origin : key.Path)} must be {key.Expected}, not '{text}'"));
        }
    }
}

/// <summary>A value that a source gave.</summary>
internal sealed record Given(object Value, string File, int Line, string Origin);

/// <summary>Reads one YAML file against the keys.</summary>
internal sealed class ConfigFileBinder(string file, List<ConfigProblem> problems)
{
    public Dictionary<string, Given> Read(IReadOnlyList<ConfigKey> keys, string text)
    {
        var result = new Dictionary<string, Given>();
        if (YamlText.Parse(file, text, problems) is { } root)
        {
            Section(root, string.Empty, keys, result);
        }

        return result;
    }

    private void Section(YamlMappingNode node, string prefix, IReadOnlyList<ConfigKey> keys, Dictionary<string, Given> result)
    {
        foreach (var (keyNode, valueNode) in node.Children)
        {
            var name = (keyNode as YamlScalarNode)?.Value ?? string.Empty;
            var path = prefix + name;
            if (keys.FirstOrDefault(k => k.Path == path) is { } key)
            {
                if (!YamlText.IsAbsent(valueNode) && Value(key, valueNode) is { } value)
                {
                    var line = YamlText.Line(valueNode);
                    result[path] = new Given(value, file, line, $"{file}:{line}");
                }
            }
            else if (name.Length > 0 && keys.Any(k => k.Path.StartsWith(path + ".", StringComparison.Ordinal)))
            {
                if (valueNode is YamlMappingNode section)
                {
                    Section(section, path + ".", keys, result);
                }
                else if (!YamlText.IsAbsent(valueNode))
                {
                    Problem(valueNode, $"{path} must be a group of 'key: value' lines");
                }
            }
            else
            {
                var known = keys.Where(k => k.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k.Path[prefix.Length..].Split('.')[0]);
                Problem(keyNode, $"unknown key '{path}'{Nearest.Hint(name, known)}");
            }
        }
    }

    private object? Value(ConfigKey key, YamlNode node)
    {
        if (key.IsGroups)
        {
            return Groups(key, node);
        }

        if (key.ItemType is not null && node is YamlSequenceNode list && list.All(n => n is YamlScalarNode))
        {
            return (string[])[.. list.Cast<YamlScalarNode>().Select(n => n.Value ?? string.Empty)];
        }

        if (node is not YamlScalarNode { Value: { } text } || ConfigValues.Parse(key, text) is not { } value)
        {
            Problem(node, $"{key.Path} must be {key.Expected}{(node is YamlScalarNode scalar ? $", not '{scalar.Value}'" : string.Empty)}");
            return null;
        }

        if (key.Attribute.Connection && ConnectionReference.HoldsPassword(text))
        {
            Problem(node, $"{key.Path} holds a password or cannot be read: keep passwords in ~/.pgpass, or the whole text behind env:NAME or file:PATH");
            return null;
        }

        return value;
    }

    private Array? Groups(ConfigKey key, YamlNode node)
    {
        if (node is not YamlSequenceNode list)
        {
            Problem(node, $"{key.Path} must be {key.Expected}, each beginning with '- '");
            return null;
        }

        var result = Array.CreateInstance(key.ItemType!, list.Children.Count);
        var keys = ConfigSchema.Of(key.ItemType!);
        for (var i = 0; i < list.Children.Count; i++)
        {
            var item = Activator.CreateInstance(key.ItemType!)!;
            if (list.Children[i] is YamlMappingNode mapping)
            {
                var before = problems.Count;
                var values = new Dictionary<string, Given>();
                Section(mapping, string.Empty, keys, values);
                foreach (var field in keys)
                {
                    if (values.TryGetValue(field.Path, out var given))
                    {
                        field.Set(item, given.Value);
                    }
                    else if (field.Attribute.Required && problems.Count == before)
                    {
                        Problem(mapping, $"an item of {key.Path} has no '{field.Path}'");
                    }
                }
            }
            else
            {
                Problem(list.Children[i], $"an item of {key.Path} must be a group of 'key: value' lines");
            }

            result.SetValue(item, i);
        }

        return result;
    }

    private void Problem(YamlNode at, string text) => problems.Add(new ConfigProblem(file, YamlText.Line(at), text));
}
