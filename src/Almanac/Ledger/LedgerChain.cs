using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Almanac.Model;
using NodaTime;

namespace Almanac.Ledger;

/// <summary>How an entry's hash follows from its content and the hash before it.</summary>
public static class LedgerChain
{
    /// <summary>The hash that the first entry follows.</summary>
    public static string Genesis { get; } = new('0', 64);

    /// <summary>
    /// SHA-256, 64 hex digits, over the fields in this order: a format tag, sequence, at (microseconds since 1970), kind,
    /// target, change id, actor, payload, previous hash. Each field is its UTF-8 length in 4 bytes (big-endian) and its
    /// bytes, numbers in 8 bytes; an absent field is the length -1, so no two contents share an encoding.
    /// </summary>
    public static string Hash(LedgerEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, "almanac-ledger-1");
        Append(hash, entry.Sequence);
        Append(hash, Microseconds(entry.At));
        Append(hash, KindWord(entry.Kind));
        Append(hash, entry.Target);
        Append(hash, entry.ChangeId);
        Append(hash, entry.Actor);
        Append(hash, entry.Payload);
        Append(hash, entry.PreviousHash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The entry that follows <paramref name="head"/> (null: the first one), hashed.</summary>
    public static LedgerEntry Next(LedgerHead? head, Instant at, LedgerKind kind, string? target, string? changeId, string actor, string payload)
    {
        var entry = new LedgerEntry
        {
            Sequence = (head?.Sequence ?? 0) + 1,
            At = Truncate(at),
            Kind = kind,
            Target = target,
            ChangeId = changeId,
            Actor = actor,
            Payload = payload,
            PreviousHash = head?.Hash ?? Genesis,
            Hash = string.Empty,
        };
        return entry with { Hash = Hash(entry) };
    }

    /// <summary>The instant cut to whole microseconds, as PostgreSQL keeps it.</summary>
    public static Instant Truncate(Instant at) => Instant.FromUnixTimeTicks(Microseconds(at) * 10);

    /// <summary>The kind as it is stored: <c>rolled-back</c>.</summary>
    public static string KindWord(LedgerKind kind) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static long Microseconds(Instant at) => (long)Math.Floor(at.ToUnixTimeTicks() / 10m);

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, text is null ? -1 : bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}

/// <summary>The end of the chain at some moment, written <c>SEQ:HASH</c>: kept elsewhere, it proves that nothing up to it was changed or cut off.</summary>
public sealed record LedgerHead(long Sequence, string Hash)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Hash}");

    /// <summary>Reads <c>SEQ:HASH</c>.</summary>
    /// <exception cref="AlmanacException">Exit code 2 when the text is no head.</exception>
    public static LedgerHead Parse(string text)
    {
        var parts = text.Trim().Split(':');
        if (parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && parts[1].Length == 64
            && parts[1].All(char.IsAsciiHexDigit))
        {
            return new LedgerHead(sequence, parts[1].ToLowerInvariant());
        }

        throw new AlmanacException(
            ExitCode.Usage,
            $"'{text}' is no ledger head.",
            "A head is the sequence number, a colon and 64 hex digits, as `almanac audit verify` prints it.");
    }
}
