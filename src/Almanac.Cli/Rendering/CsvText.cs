namespace Almanac.Cli.Rendering;

/// <summary>Writes rows as RFC 4180 has them.</summary>
internal static class CsvText
{
    /// <summary>The first grid of the answer, or the first facts as name and value.</summary>
    public static void Write(View view, TextWriter writer)
    {
        if (view.Blocks.OfType<Grid>().FirstOrDefault() is { } grid)
        {
            Row(writer, grid.Columns);
            foreach (var row in grid.Rows)
            {
                Row(writer, row.Select(c => c.Text));
            }
        }
        else if (view.Blocks.OfType<Facts>().FirstOrDefault() is { } facts)
        {
            Row(writer, ["name", "value"]);
            foreach (var (name, value) in facts.Pairs)
            {
                Row(writer, [name, value.Text]);
            }
        }
    }

    private static void Row(TextWriter writer, IEnumerable<string> fields) => writer.Write(string.Join(',', fields.Select(Field)) + "\r\n");

    private static string Field(string text)
        => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
