using System.Text.Json;

namespace Almanac.Model;

/// <summary>The scopes as people write them: <c>ddl</c>, <c>scale-in</c>.</summary>
public static class GuardScopes
{
    /// <summary>The word of a scope.</summary>
    public static string Name(GuardScope scope) => JsonNamingPolicy.KebabCaseLower.ConvertName(scope.ToString());

    /// <summary>The scope of a word, or null.</summary>
    public static GuardScope? Parse(string word)
        => Enum.GetValues<GuardScope>().Where(s => Name(s) == word).Select(s => (GuardScope?)s).FirstOrDefault();
}
