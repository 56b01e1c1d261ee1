using System.Text;
using Almanac.Config;

namespace Almanac.Cli.Rendering;

/// <summary>Writes an almanac.yaml in which every key stands with its meaning and default, commented out: nothing in it differs from no file.</summary>
internal static class ConfigTemplate
{
    public static string Text()
    {
        var entries = ConfigBinder.Bind<AlmanacConfig>(new ConfigSources()).Entries;
        var text = new StringBuilder(
            "# Almanac's configuration. A line '#key: value' shows a default: remove the '#' to change it. A flag or an ALMANAC_* variable\n"
            + "# wins over this file; `almanac config view --origin` says what is in force and why. Secrets stay out of this file: refer to\n"
            + "# them as env:NAME or file:PATH, or keep them in ~/.pgpass.\n");
        var section = string.Empty;
        foreach (var entry in entries)
        {
            var dot = entry.Key.IndexOf('.', StringComparison.Ordinal);
            var (group, key) = dot < 0 ? (string.Empty, entry.Key) : (entry.Key[..dot], entry.Key[(dot + 1)..]);
            var indent = group.Length == 0 ? string.Empty : "  ";
            if (group != section)
            {
                text.Append('\n').Append(group).Append(":\n");
                section = group;
            }
            else if (group.Length == 0)
            {
                text.Append('\n');
            }

            text.Append(indent).Append("# ").Append(entry.Description).Append('\n');
            text.Append(indent).Append('#').Append(key).Append(':').Append(entry.Value.Length > 0 ? " " + entry.Value : string.Empty).Append('\n');
        }

        return text.ToString();
    }
}
