using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Almanac.Config;

/// <summary>Parses YAML into nodes that know their lines; syntax errors become problems.</summary>
internal static class YamlText
{
    /// <summary>The mapping at the root; null for an empty file, or after a problem.</summary>
    public static YamlMappingNode? Parse(string file, string text, ICollection<ConfigProblem> problems)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            problems.Add(new ConfigProblem(file, (int)e.Start.Line, "not valid YAML: " + Reason(e)));
            return null;
        }

        switch (stream.Documents.Count)
        {
            case 0:
                return null;
            case > 1:
                problems.Add(new ConfigProblem(file, Line(stream.Documents[1].RootNode), "more than one YAML document"));
                return null;
        }

        switch (stream.Documents[0].RootNode)
        {
            case YamlMappingNode mapping:
                return mapping;
            case YamlScalarNode { Value: null or "" }:
                return null;
            case var other:
                problems.Add(new ConfigProblem(file, Line(other), "expected 'key: value' lines"));
                return null;
        }
    }

    /// <summary>The line of a node, from 1.</summary>
    public static int Line(YamlNode node) => (int)node.Start.Line;

    /// <summary>True for a key without a value, which counts as not given.</summary>
    public static bool IsAbsent(YamlNode node)
        => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    // The library's message ends with its own coordinates or begins with an object's name for duplicates; keep what a person needs.
    private static string Reason(YamlException e)
        => (e.InnerException?.Message ?? e.Message).Split('\n')[0].TrimEnd('.');
}
