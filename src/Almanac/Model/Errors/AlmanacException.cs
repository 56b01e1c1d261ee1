namespace Almanac.Model;

/// <summary>An expected failure: one clear sentence, a hint on what to do, and the exit code that the process ends with.</summary>
public sealed class AlmanacException(ExitCode exitCode, string message, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The code the process ends with.</summary>
    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>What the user can do about it, as one sentence or a command.</summary>
    public string? Hint { get; } = hint;
}
