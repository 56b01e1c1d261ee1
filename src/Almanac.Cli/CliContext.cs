namespace Almanac.Cli;

/// <summary>Everything a run takes from outside, so that a test runs the whole command line in its own process.</summary>
public sealed record CliContext
{
    /// <summary>The arguments after the executable's name.</summary>
    public required IReadOnlyList<string> Args { get; init; }

    /// <summary>Takes the data, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Takes progress, notes and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where relative paths start and <c>./almanac.yaml</c> is looked for.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>The folder of the executable, with <c>profiles/</c> and <c>samples/</c> in it.</summary>
    public required string BaseFolder { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Standard output is a terminal: colour is welcome.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Standard error is a terminal: a progress line may be rewritten.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Standard input is a terminal: somebody can answer a question.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 120;

    /// <summary>Cancelled when the user interrupts.</summary>
    public CancellationToken Cancellation { get; init; }
}
