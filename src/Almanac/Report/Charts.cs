using System.Globalization;
using System.Text;

namespace Almanac.Report;

/// <summary>One labelled pair of values for <see cref="Charts.BeforeAfter"/>.</summary>
public sealed record BeforeAfterBar(string Label, double Before, double After);

/// <summary>One labelled interval for <see cref="Charts.Intervals"/>.</summary>
public sealed record IntervalBar(string Label, double Low, double Middle, double High);

/// <summary>Draws inline SVG; pure functions of their data.</summary>
public static class Charts
{
    private const int Width = 960;
    private const int Left = 150;
    private const int Right = 90;

    /// <summary>Pairs of bars on one logarithmic axis, in the unit named.</summary>
    public static string BeforeAfter(string title, string unit, IReadOnlyList<BeforeAfterBar> bars)
    {
        var values = bars.SelectMany(b => new[] { b.Before, b.After }).Where(v => v > 0).ToList();
        var axis = LogAxis.Over(values);
        var height = (bars.Count * 52) + 44;
        var svg = Open(title, height);
        Grid(svg, axis, height, unit);
        for (var i = 0; i < bars.Count; i++)
        {
            var top = 10 + (i * 52);
            Text(svg, Left - 10, top + 24, bars[i].Label, "end");
            Bar(svg, axis, top + 4, bars[i].Before, "fa");
            Bar(svg, axis, top + 24, bars[i].After, "fb");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Intervals of after / before on one logarithmic axis; the line marks 1, no change.</summary>
    public static string Intervals(string title, IReadOnlyList<IntervalBar> bars)
    {
        var axis = LogAxis.Over([.. bars.SelectMany(b => new[] { b.Low, b.High }).Where(v => v > 0 && double.IsFinite(v)), 1, 0.5]);
        var height = (bars.Count * 26) + 44;
        var svg = Open(title, height);
        Grid(svg, axis, height, "x");
        Line(svg, axis.X(1), 4, axis.X(1), height - 34, "sw");
        for (var i = 0; i < bars.Count; i++)
        {
            var y = 16 + (i * 26);
            var (color, stroke) = bars[i].High < 1 ? ("fb", "sb") : bars[i].Low > 1 ? ("fa", "sa") : ("fw", "sw");
            Text(svg, Left - 10, y + 4, bars[i].Label, "end");
            Line(svg, axis.X(Math.Max(bars[i].Low, axis.Min)), y, axis.X(Math.Min(bars[i].High, axis.Max)), y, stroke, 3);
            svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"{color}\" cx=\"{axis.X(bars[i].Middle):0.#}\" cy=\"{y}\" r=\"5\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static StringBuilder Open(string title, int height) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\" aria-label=\"{Html.Text(title)}\">");

    private static void Grid(StringBuilder svg, LogAxis axis, int height, string unit)
    {
        foreach (var tick in axis.Ticks)
        {
            Line(svg, axis.X(tick), 4, axis.X(tick), height - 34, "sl");
            Text(svg, axis.X(tick), height - 16, $"{Html.Number(tick)} {unit}", "middle", "mut");
        }
    }

    private static void Bar(StringBuilder svg, LogAxis axis, int y, double value, string color)
    {
        var end = axis.X(Math.Max(value, axis.Min));
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{color}\" x=\"{Left}\" y=\"{y}\" width=\"{Math.Max(1, end - Left):0.#}\" height=\"16\" rx=\"2\"/>");
        Text(svg, end + 6, y + 13, Html.Number(value), "start");
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor, string? style = null)
        => svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\"{(style is null ? string.Empty : $" class=\"{style}\"")}>{Html.Text(text)}</text>");

    private static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string style, int width = 1)
        => svg.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke-width=\"{width}\"/>");

    /// <summary>Decades from the smallest to the largest value.</summary>
    private sealed record LogAxis(double Min, double Max)
    {
        public IEnumerable<double> Ticks
        {
            get
            {
                for (var exponent = Math.Round(Math.Log10(Min)); exponent <= Math.Round(Math.Log10(Max)); exponent++)
                {
                    yield return Math.Pow(10, exponent);
                }
            }
        }

        public static LogAxis Over(IReadOnlyCollection<double> values)
        {
            if (values.Count == 0)
            {
                return new LogAxis(0.1, 10);
            }

            var low = Math.Floor(Math.Log10(values.Min()));
            var high = Math.Ceiling(Math.Log10(values.Max()));
            return new LogAxis(Math.Pow(10, low), Math.Pow(10, high <= low ? low + 1 : high));
        }

        public double X(double value)
            => Left + ((Width - Left - Right) * (Math.Log10(value) - Math.Log10(Min)) / (Math.Log10(Max) - Math.Log10(Min)));
    }
}
