using System.Buffers.Binary;
using System.IO.Compression;

namespace RobMask.Data;

/// <summary>An idx file of bytes, gzip-compressed or not, as MNIST is published.</summary>
/// <remarks>
/// Format: http://yann.lecun.com/exdb/mnist. Two zero bytes, the type (8: unsigned byte), the rank, one big-endian
/// 32-bit extent a dimension, the bytes. Nothing may follow.
/// </remarks>
public static class IdxFile
{
    private const byte UnsignedByte = 8;
    private const int ChunkLength = 1 << 20;

    /// <summary>Reads a file of the given rank.</summary>
    /// <returns>The extents and the bytes, row-major.</returns>
    /// <exception cref="InvalidDataException">The file is malformed, or its gzip is.</exception>
    public static (int[] Extents, byte[] Data) Read(string path, int rank)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        int first = file.ReadByte();
        int second = file.ReadByte();
        file.Position = 0;
        if (first != 0x1f || second != 0x8b)
        {
            return Read(path, file, rank, file.Length);
        }

        using GZipStream unzipped = new(file, CompressionMode.Decompress);
        try
        {
            (int[] Extents, byte[] Data) content = Read(path, unzipped, rank, null);

            RequireEnd(path, file, HeaderLength(rank) + (uint)content.Data.Length);
            return content;
        }
        catch (InvalidDataException error) when (error.InnerException is null && !error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw BadFile.At(path, file.Position, "the gzip stream is corrupt before here", error);
        }
    }

    private static (int[] Extents, byte[] Data) Read(string path, Stream stream, int rank, long? fileLength)
    {
        byte[] header = new byte[HeaderLength(rank)];
        Fill(path, stream, header, 0);
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        uint expected = ((uint)UnsignedByte << 8) | (uint)rank;
        if (magic != expected)
        {
            throw BadFile.At(path, 0, $"an idx file of bytes with {rank} dimensions begins with 0x{expected:x8}, found 0x{magic:x8}");
        }

        int[] extents = new int[rank];
        long length = 1;
        for (int i = 0; i < rank; i++)
        {
            int extent = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + (4 * i)));
            length = extent is > 0 and < 1 << 30 ? length * extent : long.MaxValue;
            if (length > Array.MaxLength)
            {
                throw BadFile.At(path, 4 + (4 * i), $"extents must be positive and their product at most {Array.MaxLength}, found {extent}");
            }

            extents[i] = extent;
        }

        if (fileLength is long total && total != header.Length + length)
        {
            throw BadFile.At(path, Math.Min(total, header.Length + length), $"[{string.Join(", ", extents)}] needs {header.Length + length} bytes, the file has {total}");
        }

        return (extents, ReadData(path, stream, header.Length, (int)length));
    }

    private static int HeaderLength(int rank) => 4 + (4 * rank);

    // The decoder passes over what follows a gzip stream. Its last four bytes are the uncompressed length (RFC 1952), so they must be the file's last, too.
    private static void RequireEnd(string path, FileStream file, long uncompressed)
    {
        Span<byte> last = stackalloc byte[4];
        file.Position = file.Length - last.Length;
        file.ReadExactly(last);
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(last);
        if (found != (uint)uncompressed)
        {
            throw BadFile.At(path, file.Length - last.Length, $"the file must end with the one gzip stream in it and thus with the uncompressed length {uncompressed}, found {found}");
        }
    }

    // Grows with what really comes, so that a short gzip file with a huge claim costs little memory.
    private static byte[] ReadData(string path, Stream stream, int start, int length)
    {
        byte[] data = new byte[Math.Min(length, ChunkLength)];
        for (int done = 0; done < length;)
        {
            int step = Math.Min(ChunkLength, length - done);
            if (done + step > data.Length)
            {
                Array.Resize(ref data, (int)Math.Min(length, Math.Max(2L * data.Length, done + step)));
            }

            Fill(path, stream, data.AsSpan(done, step), start + done);
            done += step;
        }

        return stream.ReadByte() < 0 ? data : throw BadFile.At(path, start + (long)length, "the data must end here, found more (uncompressed)");
    }

    private static void Fill(string path, Stream stream, Span<byte> destination, long offset)
    {
        int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        if (read < destination.Length)
        {
            throw BadFile.At(path, offset + read, $"the file ended while {destination.Length - read} bytes more were expected (uncompressed)");
        }
    }
}
