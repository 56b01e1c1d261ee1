using System.Text.Json;
using Almanac.Cli.Rendering;
using Almanac.Model;
using NodaTime;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Almanac.Tests.Cli;

/// <summary>One answer in four formats.</summary>
public sealed class RenderingTests
{
    private static readonly View Sample = new(
        new { Name = "a: b", Count = 3, At = Instant.FromUtc(2027, 6, 16, 12, 0), State = GuardState.Closed, Lines = "one\ntwo", Empty = Array.Empty<int>(), Text = "007", Sure = true },
        [new Line("A remark"), new Grid(["name", "n"], [["x, \"y\"", "1"], [new Cell("z", Tone.Good), "20"]])]);

    [Fact]
    public void Json_carries_the_api_version_first()
    {
        var json = Documents.Json(Sample.Document);
        json.ShouldStartWith("{\n  \"apiVersion\": \"almanac/v1\"");
        var root = JsonDocument.Parse(json).RootElement;
        root.GetProperty("state").GetString().ShouldBe("closed");
        root.GetProperty("at").GetString().ShouldBe("2027-06-16T12:00:00Z");
    }

    [Fact]
    public void A_list_becomes_items()
        => JsonDocument.Parse(Documents.Json(new[] { 1, 2 })).RootElement.GetProperty("items").GetArrayLength().ShouldBe(2);

    [Fact]
    public void Yaml_reads_back_as_the_same_values()
    {
        var writer = new StringWriter();
        YamlText.Write(Documents.Tree(Sample.Document), writer);
        var stream = new YamlStream();
        stream.Load(new StringReader(writer.ToString()));
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        ((YamlScalarNode)root["name"]).Value.ShouldBe("a: b");
        ((YamlScalarNode)root["lines"]).Value.ShouldBe("one\ntwo");
        var text = (YamlScalarNode)root["text"];
        text.Value.ShouldBe("007");
        text.Style.ShouldBe(YamlDotNet.Core.ScalarStyle.DoubleQuoted);
        ((YamlScalarNode)root["count"]).Style.ShouldBe(YamlDotNet.Core.ScalarStyle.Plain);
        ((YamlSequenceNode)root["empty"]).Children.ShouldBeEmpty();
    }

    [Fact]
    public void Csv_quotes_what_needs_it()
    {
        var writer = new StringWriter();
        CsvText.Write(Sample, writer);
        writer.ToString().ShouldBe("name,n\r\n\"x, \"\"y\"\"\",1\r\nz,20\r\n");
    }

    [Fact]
    public void A_table_without_a_terminal_has_no_escapes_and_one_line_a_row()
    {
        var wide = new string('w', 500);
        var writer = new StringWriter();
        new TableText(writer, colour: false, width: null).Write(new View(new { }, [new Grid(["a", "b"], [[new Cell(wide, Tone.Bad), "1"]])]));
        writer.ToString().ShouldNotContain('\u001b');
        writer.ToString().ShouldContain(wide);
    }

    [Fact]
    public void A_table_with_colour_has_escapes()
    {
        var writer = new StringWriter();
        new TableText(writer, colour: true, width: 80).Write(Sample);
        writer.ToString().ShouldContain("\u001b[");
    }

    [Fact]
    public void An_empty_grid_says_so()
    {
        var writer = new StringWriter();
        new TableText(writer, colour: false, width: null).Write(new View(new { }, [new Grid(["a"], []) { Empty = "Nothing to do." }]));
        writer.ToString().Trim().ShouldBe("Nothing to do.");
    }
}
