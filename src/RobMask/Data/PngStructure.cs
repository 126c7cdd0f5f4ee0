using System.Buffers.Binary;
using System.IO.Compression;

namespace RobMask.Data;

/// <summary>Checks a PNG before it is decoded: chunks, checksums, and how much its pixels inflate to.</summary>
/// <remarks>
/// Source: the PNG specification (ISO/IEC 15948). The decoder neither compares checksums nor limits what it inflates, so
/// that a damaged file would give wrong pixels and a small file could claim all memory.
/// </remarks>
internal static class PngStructure
{
    private const int ChunkOverhead = 12;

    /// <summary>The eight bytes that begin a PNG.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Checks the file and reads its extents.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or above <paramref name="limits"/>.</exception>
    public static (int Width, int Height) Check(string name, byte[] file, ImageLimits limits)
    {
        using MemoryStream compressed = new();
        ImageHeader header = default;
        int offset = Signature.Length;
        int pixels = 0;
        bool ended = false;
        while (!ended)
        {
            if (file.Length - offset < ChunkOverhead)
            {
                throw BadFile.At(name, file.Length, "the PNG ended before its IEND chunk");
            }

            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(offset));
            if (length > file.Length - offset - ChunkOverhead)
            {
                throw BadFile.At(name, offset, $"a PNG chunk of {length} bytes does not fit the file of {file.Length}");
            }

            ReadOnlySpan<byte> typed = file.AsSpan(offset + 4, (int)length + 4);
            uint stored = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(offset + 8 + (int)length));
            if (Crc32.Of(typed) != stored)
            {
                throw BadFile.At(name, offset, "the checksum of a PNG chunk does not match its bytes");
            }

            ReadOnlySpan<byte> data = typed[4..];
            bool isHeader = typed.StartsWith("IHDR"u8);
            if (isHeader != (offset == Signature.Length))
            {
                throw BadFile.At(name, offset, "a PNG has one IHDR chunk, and it comes first");
            }

            if (isHeader)
            {
                header = ImageHeader.Parse(name, offset, data, limits);
            }
            else if (typed.StartsWith("IDAT"u8))
            {
                pixels = pixels == 0 ? offset : pixels;
                compressed.Write(data);
            }

            ended = typed.StartsWith("IEND"u8);
            offset += ChunkOverhead + (int)length;
        }

        CheckInflatedLength(name, pixels, compressed, header);
        return (header.Width, header.Height);
    }

    private static void CheckInflatedLength(string name, int offset, MemoryStream compressed, ImageHeader header)
    {
        compressed.Position = 0;
        byte[] rows = new byte[header.LargestInflatedLength + 1];
        try
        {
            using ZLibStream inflater = new(compressed, CompressionMode.Decompress);
            int length = inflater.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false);
            if (length < header.SmallestInflatedLength || length > header.LargestInflatedLength)
            {
                throw BadFile.Of(name, $"the PNG's pixels inflate to {(length == rows.Length ? "more than " : string.Empty)}{Math.Min(length, rows.Length - 1)} bytes, not to its {header.Width}×{header.Height} pixels");
            }
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw BadFile.At(name, offset, "the compressed pixels that begin in this PNG chunk are corrupt", error);
        }
    }

    private readonly record struct ImageHeader(int Width, int Height, int BitsPerPixel, bool Interlaced)
    {
        public int SmallestInflatedLength => Height * (1 + (((Width * BitsPerPixel) + 7) / 8));

        // Adam7 splits rows into at most seven passes: each adds a filter byte and at most one padded byte a row.
        public int LargestInflatedLength => Interlaced ? SmallestInflatedLength + (4 * Height) + 64 : SmallestInflatedLength;

        public static ImageHeader Parse(string name, int offset, ReadOnlySpan<byte> data, ImageLimits limits)
        {
            if (data.Length != 13)
            {
                throw BadFile.At(name, offset, $"an IHDR chunk has 13 bytes, found {data.Length}");
            }

            uint width = BinaryPrimitives.ReadUInt32BigEndian(data);
            uint height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
            if (limits.Reason(width, height) is string reason)
            {
                throw BadFile.At(name, offset + 8, reason);
            }

            int samples = data[9] switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };
            return samples > 0 && data[8] is 1 or 2 or 4 or 8 or 16
                ? new ImageHeader((int)width, (int)height, samples * data[8], data[12] == 1)
                : throw BadFile.At(name, offset + 16, $"a PNG has no colour type {data[9]} of {data[8]} bits");
        }
    }
}
