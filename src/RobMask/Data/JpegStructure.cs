using System.Buffers.Binary;

namespace RobMask.Data;

/// <summary>Checks a JPEG before it is decoded: its segments, extents and end.</summary>
/// <remarks>
/// Source: ITU-T T.81, annex B. The decoder fills what is missing from a cut file with grey, so the end is looked for here.
/// </remarks>
internal static class JpegStructure
{
    private const byte StartOfScan = 0xda;
    private const byte EndOfImage = 0xd9;

    /// <summary>The three bytes that begin a JPEG.</summary>
    public static ReadOnlySpan<byte> Signature => [0xff, 0xd8, 0xff];

    /// <summary>Checks the file and reads its extents.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or above <paramref name="limits"/>.</exception>
    public static (int Width, int Height) Check(string name, byte[] file, ImageLimits limits)
    {
        (int Width, int Height) extents = default;
        int offset = 2;
        while (true)
        {
            int begin = offset;
            while (offset + 1 < file.Length && file[offset] == 0xff && file[offset + 1] == 0xff)
            {
                offset++;
            }

            if (offset + 1 >= file.Length)
            {
                throw BadFile.At(name, file.Length, "the JPEG ended before its end-of-image marker");
            }

            byte marker = file[offset + 1];
            if (file[offset] != 0xff)
            {
                throw BadFile.At(name, begin, $"a JPEG segment begins with 0xff, found 0x{file[offset]:x2}");
            }

            offset += 2;
            if (marker == EndOfImage)
            {
                return extents.Width > 0 ? extents : throw BadFile.At(name, begin, "the JPEG has no frame header");
            }

            if (marker is 0x01 or (>= 0xd0 and <= 0xd8))
            {
                continue;
            }

            int length = offset + 2 <= file.Length ? BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(offset)) : 0;
            if (length < 2 || length > file.Length - offset)
            {
                throw BadFile.At(name, begin, $"a JPEG segment of {length} bytes does not fit the file of {file.Length}");
            }

            // Frame headers are 0xc0 to 0xcf without the tables (0xc4), the extension (0xc8) and arithmetic conditioning (0xcc).
            if (marker is >= 0xc0 and <= 0xcf and not 0xc4 and not 0xc8 and not 0xcc)
            {
                extents = ParseFrame(name, file.AsSpan(offset, length), offset, limits);
            }

            offset += length;
            if (marker == StartOfScan)
            {
                offset = SkipScan(file, offset);
            }
        }
    }

    private static (int Width, int Height) ParseFrame(string name, ReadOnlySpan<byte> segment, int offset, ImageLimits limits)
    {
        if (segment.Length < 8)
        {
            throw BadFile.At(name, offset, $"a JPEG frame header has at least 8 bytes, found {segment.Length}");
        }

        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(segment[5..]);
        return limits.Reason(width, height) is string reason ? throw BadFile.At(name, offset + 3, reason) : (width, height);
    }

    // In coded data 0xff is followed by 0 or a restart marker; anything else is the next segment.
    private static int SkipScan(byte[] file, int offset)
    {
        while (offset + 1 < file.Length && !(file[offset] == 0xff && file[offset + 1] is not (0 or 0xff or (>= 0xd0 and <= 0xd7))))
        {
            offset++;
        }

        return offset;
    }
}
