using System.Security.Cryptography;
using System.Text;

namespace Almanac.Model;

/// <summary>Names the indexes that Almanac builds: recognisable, stable for the same definition, at most 63 bytes.</summary>
public static class IndexNames
{
    /// <summary><c>{table}_{columns}_{six hex digits}</c>, cut so that the digits always fit.</summary>
    public static string For(string table, string body, IEnumerable<string> keys)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(table + "\n" + body)))[..6];
        var columns = string.Join('_', keys.Select(k => new string([.. k.Split(' ')[0].Where(c => char.IsAsciiLetterOrDigit(c) || c == '_')])).Where(k => k.Length > 0));
        var stem = new string([.. $"{table}_{columns}".Where(c => c < 128)]);
        return $"{stem[..Math.Min(stem.Length, 56)]}_{hash}";
    }
}
