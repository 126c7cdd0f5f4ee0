using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RobMask.Tensors;

namespace RobMask.Verification.Golden;

/// <summary>Tensors as bytes that a digest is taken of, and as words for a message.</summary>
/// <remarks>Elements in row-major order, little-endian, a bool as one byte; every NaN as the quiet one of sign 0 and payload 0, because IEEE 754 leaves both to the processor.</remarks>
internal static class GoldenBytes
{
    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string Digest(ITensor tensor)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> element = stackalloc byte[sizeof(ulong)];
        byte[] block = new byte[1 << 14];
        int filled = 0;
        for (int i = 0; i < tensor.Shape.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(element, Bits(tensor, i));
            int size = Size(tensor);
            if (filled + size > block.Length)
            {
                hash.AppendData(block.AsSpan(0, filled));
                filled = 0;
            }

            element[..size].CopyTo(block.AsSpan(filled));
            filled += size;
        }

        hash.AppendData(block.AsSpan(0, filled));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of a text's UTF-8 bytes in lower-case hexadecimal.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The first element whose bits differ, or −1.</summary>
    public static int FirstDifference(ITensor expected, ITensor actual)
    {
        for (int i = 0; i < expected.Shape.Length; i++)
        {
            if (Bits(expected, i) != Bits(actual, i))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>An element with its bits.</summary>
    public static string Show(ITensor tensor, int i) => tensor switch
    {
        DenseTensor<float> values => string.Create(CultureInfo.InvariantCulture, $"{values.Span[i]:R} (0x{(uint)Bits(tensor, i):x8})"),
        DenseTensor<double> values => string.Create(CultureInfo.InvariantCulture, $"{values.Span[i]:R} (0x{Bits(tensor, i):x16})"),
        DenseTensor<bool> values => values.Span[i] ? "true" : "false",
        _ => Bits(tensor, i).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The position of an element, «[n, c, h, w]».</summary>
    public static string Position(TensorShape shape, int i)
    {
        int[] position = new int[shape.Rank];
        for (int d = shape.Rank - 1; d >= 0; d--)
        {
            position[d] = i % shape[d];
            i /= shape[d];
        }

        return $"[{string.Join(", ", position)}]";
    }

    private static int Size(ITensor tensor) => tensor switch
    {
        DenseTensor<float> or DenseTensor<int> => sizeof(uint),
        DenseTensor<double> or DenseTensor<long> => sizeof(ulong),
        DenseTensor<bool> => 1,
        _ => throw new ArgumentException($"golden: a {tensor.GetType().Name} has no digest", nameof(tensor)),
    };

    private static ulong Bits(ITensor tensor, int i) => tensor switch
    {
        DenseTensor<float> values => float.IsNaN(values.Span[i]) ? 0x7fc00000 : BitConverter.SingleToUInt32Bits(values.Span[i]),
        DenseTensor<double> values => double.IsNaN(values.Span[i]) ? 0x7ff8000000000000 : BitConverter.DoubleToUInt64Bits(values.Span[i]),
        DenseTensor<int> values => (uint)values.Span[i],
        DenseTensor<long> values => (ulong)values.Span[i],
        DenseTensor<bool> values => values.Span[i] ? 1UL : 0,
        _ => throw new ArgumentException($"golden: a {tensor.GetType().Name} has no digest", nameof(tensor)),
    };
}
