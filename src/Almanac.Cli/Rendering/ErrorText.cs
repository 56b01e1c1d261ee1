using System.CommandLine;
using Almanac.Cli.Grammar;
using Almanac.Model;

namespace Almanac.Cli.Rendering;

/// <summary>Writes a failure to standard error: a sentence and a hint, or a document when JSON was asked for.</summary>
internal sealed class ErrorText(CliContext context, CommonOptions common, ParseResult parsed)
{
    public int Write(AlmanacException error) => Write(error.ExitCode, error.Message, error.Hint, null);

    public int WriteUnexpected(Exception error)
    {
        var debug = parsed.GetResult(common.Debug) is { Implicit: false };
        return Write(
            ExitCode.InternalError,
            $"Almanac met a defect of its own: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')} ({error.GetType().Name}).",
            debug ? "Please report it with the lines below." : "Run it again with --debug and report what it prints.",
            debug ? error.ToString() : null);
    }

    private int Write(ExitCode code, string sentence, string? hint, string? stack)
    {
        if (AsksForJson())
        {
            context.Error.WriteLine(Documents.Json(new { Error = new { ExitCode = (int)code, Code = code, Message = sentence, Hint = hint, Stack = stack } }));
            return (int)code;
        }

        context.Error.WriteLine($"almanac: {sentence}");
        if (hint is not null)
        {
            context.Error.WriteLine($"hint: {hint}");
        }

        if (stack is not null)
        {
            context.Error.WriteLine(stack);
        }

        return (int)code;
    }

    // Read off the token, because the rest of the line may be what is wrong.
    private bool AsksForJson() => parsed.GetResult(common.Output)?.Tokens is [{ Value: "json" }, ..];
}
