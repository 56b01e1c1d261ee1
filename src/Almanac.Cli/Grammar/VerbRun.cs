using System.CommandLine;
using Almanac.Cli.Rendering;
using NodaTime;
using NodaTime.Extensions;

namespace Almanac.Cli.Grammar;

/// <summary>One run of one verb: its options, its output, its instants.</summary>
internal sealed class VerbRun
{
    private readonly ParseResult parsed;

    public VerbRun(CommandLine line, ParseResult parsed)
    {
        this.parsed = parsed;
        Context = line.Context;
        Common = line.Common;
        var quiet = Value(Common.Quiet);
        Output = new Output(Context, Value(Common.Output) is { } format ? Words.Parse<OutputFormat>("--output", format) : OutputFormat.Table, Value(Common.NoColor));
        Progress = new Progress(Context, quiet);
        Real = Context.Clock.GetCurrentInstant();
        At = Value(Common.At) is { } text ? InstantText.Parse("--at", text) : Real;
    }

    public CliContext Context { get; }

    public CommonOptions Common { get; }

    public Output Output { get; }

    public Progress Progress { get; }

    /// <summary>The moment the command started, by the clock.</summary>
    public Instant Real { get; }

    /// <summary>The moment that was asked about: <c>--at</c>, or the real one.</summary>
    public Instant At { get; }

    /// <summary>The option's value, or its default.</summary>
    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>The argument's value.</summary>
    public T? Value<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>True when the option stands on the command line.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>A path as given on the command line, from the working folder.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Context.WorkingFolder);
}
