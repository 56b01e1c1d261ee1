namespace Almanac.Samples;

/// <summary>How far the load of the sample is.</summary>
/// <param name="Step">What is being done, for people: <c>guests</c>, <c>keys</c>, <c>vacuum</c>.</param>
/// <param name="Rows">Rows written so far, all tables.</param>
/// <param name="TotalRows">Rows that there will be.</param>
public sealed record LoadProgress(string Step, long Rows, long TotalRows);
