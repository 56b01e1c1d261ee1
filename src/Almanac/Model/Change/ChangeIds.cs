using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Almanac.Model;

/// <summary>Names changes: the same operation on the same database always has the same id.</summary>
public static class ChangeIds
{
    /// <summary>A prefix for the kind (<c>ci</c>, <c>di</c>, <c>as</c>) and ten hex digits of the SHA-256 of target and operation.</summary>
    public static string For(string target, OperationSpec operation)
    {
        var prefix = operation switch
        {
            CreateIndexSpec => "ci",
            DropIndexSpec => "di",
            AlterSettingSpec => "as",
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation.GetType().Name, "An operation without an id prefix."),
        };
        var json = JsonSerializer.Serialize(operation, ModelJson.Options);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(target + "\n" + json));
        return $"{prefix}-{Convert.ToHexStringLower(hash)[..10]}";
    }
}
