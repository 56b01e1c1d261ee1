using System.Text.Json;
using System.Text.Json.Nodes;
using Almanac.Model;

namespace Almanac.Cli.Rendering;

/// <summary>Turns answers into the documents that programs read; each carries <c>apiVersion</c>.</summary>
internal static class Documents
{
    /// <summary>The version of the shape of every document.</summary>
    public const string ApiVersion = "almanac/v1";

    /// <summary>The document as a tree; a bare list becomes <c>items</c>.</summary>
    public static JsonObject Tree(object document)
    {
        var tree = new JsonObject { ["apiVersion"] = ApiVersion };
        var content = JsonSerializer.SerializeToNode(document, document.GetType(), ModelJson.Options);
        if (content is not JsonObject fields)
        {
            tree["items"] = content;
            return tree;
        }

        foreach (var (name, value) in fields.ToList())
        {
            fields.Remove(name);
            tree[name] = value;
        }

        return tree;
    }

    public static string Json(object document) => Tree(document).ToJsonString(ModelJson.Indented);
}
