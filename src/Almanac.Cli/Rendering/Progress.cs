using System.Globalization;
using Almanac.Flows;

namespace Almanac.Cli.Rendering;

/// <summary>
/// Says on standard error what is going on. A terminal sees one line that is rewritten; a log sees each step once, and
/// long steps at most every ten seconds. Quiet says nothing.
/// </summary>
internal sealed class Progress(CliContext context, bool quiet)
{
    private static readonly TimeSpan Sparse = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Smooth = TimeSpan.FromMilliseconds(200);

    private string? current;
    private long startedAt;
    private long shownAt;
    private bool lineOpen;

    /// <summary>A remark that stays.</summary>
    public void Note(string text)
    {
        if (!quiet)
        {
            Close();
            context.Error.WriteLine(text);
        }
    }

    /// <summary>A step begins.</summary>
    public void Step(string text)
    {
        current = text;
        startedAt = shownAt = context.Clock.GetTimestamp();
        Show(text);
    }

    /// <summary>Takes the progress of a flow: a new text is a step, a share moves it on.</summary>
    public IProgress<FlowProgress> Flow() => new FlowLines(this);

    /// <summary>A text that the next one replaces: shown as often as it can be read.</summary>
    public void Pass(string text)
    {
        if (context.Clock.GetElapsedTime(shownAt) >= (context.ErrorIsTerminal ? Smooth : Sparse))
        {
            shownAt = context.Clock.GetTimestamp();
            Show(text);
        }
    }

    /// <summary>How far the step is, 0 to 1; shown with what is likely left.</summary>
    public void Advance(double share)
    {
        var since = context.Clock.GetElapsedTime(shownAt);
        if (current is null || since < (context.ErrorIsTerminal ? Smooth : Sparse))
        {
            return;
        }

        shownAt = context.Clock.GetTimestamp();
        var elapsed = context.Clock.GetElapsedTime(startedAt);
        var left = share is > 0.02 and < 1 ? $", about {Seconds(elapsed * ((1 - share) / share))} left" : string.Empty;
        Show(string.Create(CultureInfo.InvariantCulture, $"{current}: {share * 100:0} %{left}"));
    }

    /// <summary>Ends a rewritten line, so that what follows starts on its own.</summary>
    public void Close()
    {
        if (lineOpen)
        {
            context.Error.WriteLine();
            lineOpen = false;
        }
    }

    private void Show(string text)
    {
        if (quiet)
        {
            return;
        }

        if (context.ErrorIsTerminal)
        {
            var cut = text.Length < context.Width ? text : text[..(context.Width - 1)];
            context.Error.Write($"\r\u001b[K{cut}");
            lineOpen = true;
        }
        else
        {
            context.Error.WriteLine(text);
        }
    }

    private sealed class FlowLines(Progress progress) : IProgress<FlowProgress>
    {
        private string? last;

        public void Report(FlowProgress value)
        {
            lock (progress)
            {
                if (value.Passing)
                {
                    progress.Pass(value.Text);
                    return;
                }

                if (value.Text != last)
                {
                    last = value.Text;
                    progress.Step(value.Text);
                }

                if (value.Share is { } share)
                {
                    progress.Advance(share);
                }
            }
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");
}
