using Almanac.Cli;
using Almanac.Model;
using Shouldly;
using Xunit;

namespace Almanac.Tests.Architecture;

/// <summary>The built assemblies keep the three rules of the house.</summary>
public sealed class HouseRulesTests
{
    private static IReadOnlyList<CodeType> Library { get; } = CodeMap.Read(typeof(Verdict).Assembly.Location);

    private static IReadOnlyList<CodeType> Executable { get; } = CodeMap.Read(typeof(CliContext).Assembly.Location);

    [Fact]
    public void Rooms_call_only_downwards_and_never_sideways() => Kept(HouseRules.Table(Library));

    [Fact]
    public void Only_change_acts_on_a_system_that_somebody_owns() => Kept(HouseRules.Acting([.. Library, .. Executable]));

    [Fact]
    public void Types_without_an_edge_suffix_are_free_of_input_output_clocks_and_chance() => Kept(HouseRules.Purity([.. Library, .. Executable]));

    [Fact]
    public void The_map_sees_the_types_it_judges()
    {
        Library.ShouldContain(t => t.FullName == "Almanac.Tools.Postgres.PostgresWriter" && t.References.Any(r => r.Type == "PostgresClient"));
        Executable.ShouldContain(t => t.FullName == "Almanac.Cli.AlmanacCli" && t.References.Any(r => r.FullType == "Almanac.Model.AlmanacException"));
    }

    private static void Kept(IEnumerable<string> breaches) => string.Join("\n", breaches).ShouldBeEmpty();
}
