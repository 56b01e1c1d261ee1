namespace Almanac.Flows;

/// <summary>One line of progress of a long flow; <see cref="Share"/> runs from 0 to 1 where the end is known.</summary>
public sealed record FlowProgress(string Text, double? Share = null)
{
    /// <summary>A text that the next one replaces: worth a terminal's line, not a line of a log each.</summary>
    public bool Passing { get; init; }
}
