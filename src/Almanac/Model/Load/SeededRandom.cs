namespace Almanac.Model;

/// <summary>
/// SplitMix64: the same seed gives the same numbers on every machine and runtime, and any (seed, stream, index) has numbers of its own,
/// so that a row can be made again without those before it. Not for secrets.
/// </summary>
/// <remarks>Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.</remarks>
public struct SeededRandom(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state = seed;

    /// <summary>The numbers that belong to one index of one stream.</summary>
    public static SeededRandom For(ulong seed, int stream, long index)
        => new(Mix(Mix(seed + ((ulong)(stream + 1) * Golden)) + ((ulong)index * 0xD1342543DE82EF95)));

    /// <summary>64 even bits.</summary>
    public ulong NextBits() => Mix(state += Golden);

    /// <summary>A whole number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public int Next(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>A whole number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public long Next(long bound) => (long)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>A fraction from 0 up to, not including, 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An exponentially distributed gap with mean 1: the time between arrivals of a Poisson process.</summary>
    public double NextExponential() => -Math.Log(1.0 - NextDouble());

    /// <summary>A random (version 4) UUID.</summary>
    public Guid NextGuid()
    {
        var high = (NextBits() & 0xFFFFFFFFFFFF0FFF) | 0x4000;
        var low = (NextBits() & 0x3FFFFFFFFFFFFFFF) | 0x8000000000000000;
        return new Guid(
            (uint)(high >> 32), (ushort)(high >> 16), (ushort)high,
            (byte)(low >> 56), (byte)(low >> 48), (byte)(low >> 40), (byte)(low >> 32),
            (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
