using System.Globalization;

namespace Almanac.Samples;

/// <summary>Rows in COPY's text format, written without an allocation for each row or value.</summary>
internal sealed class RowBuffer
{
    // A row is far shorter than the room left when the buffer counts as full.
    private const int Capacity = 64 * 1024;
    private const int Reserve = 8 * 1024;
    private readonly char[] chars = new char[Capacity];
    private int length;
    private bool rowBegun;

    /// <summary>Whether it is time to send <see cref="Written"/>.</summary>
    public bool Full => length > Capacity - Reserve;

    public ReadOnlyMemory<char> Written => chars.AsMemory(0, length);

    public void Clear() => length = 0;

    /// <summary>One more value; the sample's texts hold no character that COPY would need escaped.</summary>
    public RowBuffer Value(string text)
    {
        Separate();
        return Append(text);
    }

    public RowBuffer Value(long number)
    {
        Separate();
        number.TryFormat(chars.AsSpan(length), out var written, default, CultureInfo.InvariantCulture);
        length += written;
        return this;
    }

    /// <summary>A fixed-point number with two decimals.</summary>
    public RowBuffer Hundredths(int hundredths)
    {
        Value(hundredths / 100L);
        chars[length++] = '.';
        chars[length++] = (char)('0' + (hundredths / 10 % 10));
        chars[length++] = (char)('0' + (hundredths % 10));
        return this;
    }

    public RowBuffer Value(bool value)
    {
        Separate();
        chars[length++] = value ? 't' : 'f';
        return this;
    }

    public RowBuffer Value(Guid value)
    {
        Separate();
        value.TryFormat(chars.AsSpan(length), out var written);
        length += written;
        return this;
    }

    public RowBuffer Null()
    {
        Separate();
        chars[length++] = '\\';
        chars[length++] = 'N';
        return this;
    }

    /// <summary>Continues the value begun last.</summary>
    public RowBuffer Append(string text)
    {
        text.CopyTo(chars.AsSpan(length));
        length += text.Length;
        return this;
    }

    /// <inheritdoc cref="Append(string)" />
    public RowBuffer Append(long number)
    {
        number.TryFormat(chars.AsSpan(length), out var written, default, CultureInfo.InvariantCulture);
        length += written;
        return this;
    }

    public void EndRow()
    {
        chars[length++] = '\n';
        rowBegun = false;
    }

    private void Separate()
    {
        if (rowBegun)
        {
            chars[length++] = '\t';
        }

        rowBegun = true;
    }
}
