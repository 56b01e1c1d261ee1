using Almanac.Model;
using NodaTime;
using NodaTime.Text;

namespace Almanac.Cli.Grammar;

/// <summary>Reads instants and durations as people type them.</summary>
internal static class InstantText
{
    /// <summary>ISO-8601 with <c>Z</c> or an offset; seconds may be left out.</summary>
    /// <exception cref="AlmanacException">Exit code 2: it would be ambiguous, or is no instant at all.</exception>
    public static Instant Parse(string option, string text)
    {
        var whole = OffsetDateTimePattern.ExtendedIso.Parse(text);
        if (whole.TryGetValue(default, out var exact))
        {
            return exact.ToInstant();
        }

        var minutes = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mmo<Z+HH:mm>").Parse(text);
        if (minutes.TryGetValue(default, out var rounded))
        {
            return rounded.ToInstant();
        }

        var local = LocalDateTimePattern.ExtendedIso.Parse(text).Success || LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm").Parse(text).Success;
        throw local
            ? new AlmanacException(ExitCode.Usage, $"{option} '{text}' does not say in which zone.", $"Add Z for UTC or an offset: {text}Z or {text}-04:00.")
            : new AlmanacException(ExitCode.Usage, $"{option} '{text}' is no instant.", "Write it as ISO-8601, for example 2027-06-19T14:00:00Z or 2027-06-19T10:00-04:00.");
    }

    /// <summary>A number with a unit: <c>90s</c>, <c>40m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
    /// <exception cref="AlmanacException">Exit code 2.</exception>
    public static Duration Duration(string option, string text)
    {
        var total = NodaTime.Duration.Zero;
        var digits = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                digits++;
                continue;
            }

            var number = digits is > 0 and < 7 ? long.Parse(text.AsSpan(at - digits, digits)) : throw Malformed(option, text);
            total += text[at] switch
            {
                's' => NodaTime.Duration.FromSeconds(number),
                'm' => NodaTime.Duration.FromMinutes(number),
                'h' => NodaTime.Duration.FromHours(number),
                'd' => NodaTime.Duration.FromDays(number),
                _ => throw Malformed(option, text),
            };
            digits = 0;
        }

        return digits == 0 && text.Length > 0 ? total : throw Malformed(option, text);
    }

    private static AlmanacException Malformed(string option, string text)
        => new(ExitCode.Usage, $"{option} '{text}' is no duration.", "Write a number and a unit: 90s, 40m, 1h30m, 2d.");
}
