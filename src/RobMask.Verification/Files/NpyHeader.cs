using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>The header of an npy file: element type and shape.</summary>
/// <remarks>
/// NumPy Enhancement Proposal 1, <c>numpy.lib.format</c>: the bytes 93 4E 55 4D 50 59, a version (1.0: 16-bit header length; 2.0 and
/// 3.0: 32-bit), the length, then a Python dictionary with exactly descr, fortran_order and shape, padded with spaces to a
/// multiple of 64 and ended by a line feed. Accepted: little-endian f2, f4, f8, i4, i8 and the single bytes b1, u1, in C or Fortran order.
/// </remarks>
/// <param name="Type">The type of the elements.</param>
/// <param name="Shape">The extents.</param>
/// <param name="FortranOrder">Whether the first index runs fastest.</param>
/// <param name="Length">The bytes of the header with everything before it: where the data begin.</param>
internal sealed record NpyHeader(SafetensorsType Type, TensorShape Shape, bool FortranOrder, int Length)
{
    /// <summary>The longest header text that is accepted; NumPy's own limit is 10,000.</summary>
    public const int MaximumTextLength = 10_000;

    private const int PrefixLength = 10;
    private static readonly (string Descr, SafetensorsType Type)[] Types =
        [("<f2", SafetensorsType.F16), ("<f4", SafetensorsType.F32), ("<f8", SafetensorsType.F64), ("<i4", SafetensorsType.I32), ("<i8", SafetensorsType.I64), ("|u1", SafetensorsType.U8), ("|b1", SafetensorsType.BOOL)];

    /// <summary>Reads a header and checks that the data after it are as many bytes as type and shape say.</summary>
    /// <param name="where">For messages: the file, with its member.</param>
    /// <param name="read">Fills a span from the next bytes.</param>
    /// <param name="totalLength">The bytes of the whole npy file.</param>
    /// <exception cref="InvalidDataException">A rule is broken.</exception>
    public static NpyHeader Read(string where, Action<Span<byte>> read, long totalLength)
    {
        if (totalLength < PrefixLength)
        {
            throw BadFile.At(where, totalLength, $"an npy file begins with {PrefixLength} bytes of magic, version and length, found the end");
        }

        byte[] prefix = new byte[PrefixLength];
        read(prefix);
        if (!prefix.AsSpan(0, 6).SequenceEqual(Magic))
        {
            throw BadFile.At(where, 0, $"an npy file begins with 93 4E 55 4D 50 59, found {Convert.ToHexString(prefix, 0, 6)}");
        }

        (byte major, byte minor) = (prefix[6], prefix[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw BadFile.At(where, 6, $"the version must be 1.0, 2.0 or 3.0, found {major}.{minor}");
        }

        long textLength = BinaryPrimitives.ReadUInt16LittleEndian(prefix.AsSpan(8));
        int start = PrefixLength;
        if (major > 1)
        {
            if (totalLength < PrefixLength + 2)
            {
                throw BadFile.At(where, totalLength, "the header's length is 4 bytes, found the end");
            }

            byte[] high = new byte[2];
            read(high);
            textLength |= (long)BinaryPrimitives.ReadUInt16LittleEndian(high) << 16;
            start += 2;
        }

        if (textLength > MaximumTextLength || start + textLength > totalLength)
        {
            throw BadFile.At(where, 8, $"the header's length must be at most {MaximumTextLength} and fit the {totalLength} bytes, found {textLength}");
        }

        byte[] text = new byte[textLength];
        read(text);
        (SafetensorsType type, TensorShape shape, bool fortranOrder) = new NpyHeaderText(where, start, text).Parse();
        NpyHeader header = new(type, shape, fortranOrder, start + text.Length);
        long dataLength = (long)shape.Length * type.Size();
        return totalLength - header.Length == dataLength
            ? header
            : throw BadFile.At(where, header.Length, $"{type} {shape} has {dataLength} bytes of data, found {totalLength - header.Length}");
    }

    /// <summary>The bytes that stand before the data of a tensor: version 1.0, as NumPy writes them.</summary>
    public static byte[] Format(SafetensorsType type, TensorShape shape)
    {
        string extents = string.Join(", ", shape.Extents.ToArray().Select(e => e.ToString(CultureInfo.InvariantCulture)));
        string descr = Types.First(t => t.Type == type).Descr;
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({extents}{(shape.Rank == 1 ? "," : string.Empty)}), }}";
        int length = (PrefixLength + text.Length + 1 + 63) / 64 * 64;
        byte[] bytes = new byte[length];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(length - PrefixLength));
        bytes.AsSpan(PrefixLength).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(PrefixLength));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <summary>The type of a descr, or null.</summary>
    public static SafetensorsType? TypeOf(string descr)
    {
        foreach ((string known, SafetensorsType type) in Types)
        {
            if (known == descr)
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>The descrs, for messages.</summary>
    public static string KnownTypes => string.Join(", ", Types.Select(t => t.Descr));

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];
}
