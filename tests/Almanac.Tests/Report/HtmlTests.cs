using Almanac.Report;
using Shouldly;

namespace Almanac.Tests.Report;

public sealed class HtmlTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1234.6, "1,235")]
    [InlineData(12.345, "12.3")]
    [InlineData(0.00123, "0.00123")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(double.NaN, "-")]
    public void Numbers_keep_three_significant_digits(double value, string text) => Html.Number(value).ShouldBe(text);

    [Theory]
    [InlineData(500, "500 B")]
    [InlineData(2048, "2 kB")]
    [InlineData(5_242_880, "5 MB")]
    [InlineData(-1_610_612_736, "-1.5 GB")]
    public void Bytes_take_the_unit_that_reads_best(long bytes, string text) => Html.Bytes(bytes).ShouldBe(text);

    [Fact]
    public void Text_of_a_statement_cannot_become_markup()
    {
        var page = new Html().Paragraph("<script>alert(1)</script>").Page("a < b");

        page.ShouldNotContain("<script");
        page.ShouldContain("&lt;script&gt;");
        page.ShouldContain("<title>a &lt; b</title>");
    }

    [Fact]
    public void A_page_makes_no_external_request()
    {
        var page = new Html().Raw(Charts.BeforeAfter("t", "ms", [new BeforeAfterBar("search", 12, 0.2)])).Page("t");

        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("url(");
        page.ShouldContain("default-src 'none'");
    }

    [Fact]
    public void Longer_bars_mean_larger_values_and_both_ends_lie_on_the_axis()
    {
        var svg = Charts.BeforeAfter("t", "ms", [new BeforeAfterBar("search", 80, 0.4)]);

        var widths = System.Text.RegularExpressions.Regex.Matches(svg, "<rect[^>]* width=\"([0-9.]+)\"").Select(m => double.Parse(m.Groups[1].Value)).ToList();
        widths.Count.ShouldBe(2);
        widths[0].ShouldBeGreaterThan(widths[1]);
        widths[0].ShouldBeLessThan(960 - 150 - 90 + 1);
        widths[1].ShouldBeGreaterThan(0);
    }

    [Fact]
    public void An_interval_right_of_one_is_drawn_as_harm()
        => Charts.Intervals("t", [new IntervalBar("x", 1.5, 2, 3)]).ShouldContain("<circle class=\"fa\"");

    [Fact]
    public void An_empty_chart_is_still_a_picture() => Charts.Intervals("t", []).ShouldEndWith("</svg>");
}
