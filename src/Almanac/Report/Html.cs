using System.Globalization;
using System.Net;
using System.Text;

namespace Almanac.Report;

/// <summary>Writes one self-contained HTML page: inline style and SVG, no script, no external request, light and dark, printable.</summary>
public sealed class Html
{
    private const string Style = """
        :root{color-scheme:light dark;--bg:#fbfaf7;--fg:#1d2530;--mut:#667080;--line:#d9d6cd;--card:#fff;--a:#9a3b2f;--b:#1f7a5c;--warn:#a86a00}
        @media(prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e6e4df;--mut:#95a0ad;--line:#323a44;--card:#1b2128;--a:#e08a7b;--b:#62c79f;--warn:#e0ad4f}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
        main{max-width:1020px;margin:0 auto;padding:32px 20px 64px}
        h1{font-size:27px;line-height:1.2;margin:0 0 6px}
        h2{font-size:18px;margin:38px 0 10px;padding-top:12px;border-top:1px solid var(--line)}
        p{margin:8px 0}.mut{color:var(--mut)}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(205px,1fr));gap:12px;margin:18px 0}
        .card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
        .card b{display:block;font-size:25px;line-height:1.25}.card span{color:var(--mut);font-size:13px}
        table{border-collapse:collapse;width:100%;margin:10px 0;font-size:14px}
        th,td{text-align:left;padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
        th{color:var(--mut);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:10px 12px;white-space:pre-wrap;overflow-wrap:anywhere}
        .tag{display:inline-block;border:1px solid currentColor;border-radius:10px;padding:0 8px;font-size:12px;white-space:nowrap}
        .good{color:var(--b)}.bad{color:var(--a)}.warn{color:var(--warn)}
        svg{max-width:100%;height:auto;display:block}svg text{fill:var(--fg);font:12px system-ui,sans-serif}svg .mut{fill:var(--mut)}
        .fa{fill:var(--a)}.fb{fill:var(--b)}.sl{stroke:var(--line)}.sa{stroke:var(--a)}.sb{stroke:var(--b)}.sw{stroke:var(--warn)}.fw{fill:var(--warn)}
        .wide{overflow-x:auto}
        @media print{body{background:#fff;color:#000}h2{break-after:avoid}tr,.card,svg{break-inside:avoid}}
        """;

    private readonly StringBuilder body = new();

    /// <summary>The text with HTML's special characters escaped.</summary>
    public static string Text(string? value) => WebUtility.HtmlEncode(value) ?? string.Empty;

    /// <summary>A number with at most <paramref name="digits"/> significant digits, in invariant notation.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (value == 0 || double.IsNaN(value) || double.IsInfinity(value))
        {
            return value == 0 ? "0" : "-";
        }

        var decimals = Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        return Math.Round(value, decimals).ToString("#,0." + new string('#', decimals), CultureInfo.InvariantCulture);
    }

    /// <summary>Bytes in the unit that reads best: kB, MB, GB of 1,024.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = Math.Abs(bytes) switch
        {
            >= 1L << 30 => (bytes / (double)(1L << 30), "GB"),
            >= 1L << 20 => (bytes / (double)(1L << 20), "MB"),
            >= 1L << 10 => (bytes / 1024d, "kB"),
            _ => (bytes, "B"),
        };
        return $"{Number(value)} {unit}";
    }

    /// <summary>Appends markup that is already safe.</summary>
    public Html Raw(string markup)
    {
        body.Append(markup).Append('\n');
        return this;
    }

    /// <summary>A section heading.</summary>
    public Html Heading(string text) => Raw($"<h2>{Text(text)}</h2>");

    /// <summary>A paragraph; <paramref name="muted"/> for small print.</summary>
    public Html Paragraph(string text, bool muted = false) => Raw($"<p{(muted ? " class=\"mut\"" : string.Empty)}>{Text(text)}</p>");

    /// <summary>A table. A header that starts with <c>#</c> marks a column of numbers. Cells are markup.</summary>
    public Html Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        var right = headers.Select(h => h.StartsWith('#')).ToList();
        body.Append("<div class=\"wide\"><table><thead><tr>");
        foreach (var header in headers)
        {
            body.Append(header.StartsWith('#') ? "<th class=\"n\">" : "<th>").Append(Text(header.TrimStart('#'))).Append("</th>");
        }

        body.Append("</tr></thead><tbody>\n");
        foreach (var row in rows)
        {
            body.Append("<tr>");
            for (var i = 0; i < row.Count; i++)
            {
                body.Append(right[i] ? "<td class=\"n\">" : "<td>").Append(row[i]).Append("</td>");
            }

            body.Append("</tr>\n");
        }

        body.Append("</tbody></table></div>\n");
        return this;
    }

    /// <summary>The whole page.</summary>
    public string Page(string title) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>{Text(title)}</title><style>{Style}</style></head><body><main>
        {body}</main></body></html>

        """;
}
