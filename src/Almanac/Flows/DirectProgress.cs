namespace Almanac.Flows;

/// <summary>Hands each report on at once, on the reporting thread: progress in order, unlike <see cref="Progress{T}"/>.</summary>
public sealed class DirectProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
