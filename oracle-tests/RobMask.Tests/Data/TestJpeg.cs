using System.Buffers.Binary;

namespace RobMask.Tests.Data;

/// <summary>Writes a baseline JPEG of blocks of 8×8 equal samples (ITU-T T.81): no other coefficient than the first of a block is not 0.</summary>
/// <remarks>Quantisation by 1, so a sample v has the coefficient 8·(v − 128) and is decoded without loss.</remarks>
internal static class TestJpeg
{
    /// <summary>Encodes.</summary>
    /// <param name="blocks">For each component the samples, one a block, row by row: 1 grey, 3 YCbCr, 4 CMYK as Adobe stores it (inverted).</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static byte[] Encode(byte[][] blocks, int width, int height)
    {
        using MemoryStream file = new();
        file.Write([0xff, 0xd8]);
        if (blocks.Length == 4)
        {
            Segment(0xee, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]);
        }

        Segment(0xdb, [0, .. Enumerable.Repeat((byte)1, 64)]);
        byte[] frame = [8, 0, 0, 0, 0, (byte)blocks.Length, .. Enumerable.Range(1, blocks.Length).SelectMany(id => (byte[])[(byte)id, 0x11, 0])];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(3), (ushort)width);
        Segment(0xc0, frame);

        // Differences: categories 0 to 11, four bits each. The rest of a block: «end of block», one bit.
        Segment(0xc4, [0x00, 0, 0, 0, 12, .. new byte[12], .. Enumerable.Range(0, 12).Select(i => (byte)i)]);
        Segment(0xc4, [0x10, 1, .. new byte[15], 0]);
        Segment(0xda, [(byte)blocks.Length, .. Enumerable.Range(1, blocks.Length).SelectMany(id => (byte[])[(byte)id, 0]), 0, 63, 0]);

        int buffer = 0;
        int bits = 0;
        int[] before = new int[blocks.Length];
        for (int block = 0; block < blocks[0].Length; block++)
        {
            for (int c = 0; c < blocks.Length; c++)
            {
                int value = 8 * (blocks[c][block] - 128);
                int difference = value - before[c];
                before[c] = value;
                int category = difference == 0 ? 0 : (int)Math.Log2(Math.Abs(difference)) + 1;
                Put(category, 4);
                Put(difference >= 0 ? difference : difference + (1 << category) - 1, category);
                Put(0, 1);
            }
        }

        Put(0x7f, (8 - bits) % 8);
        file.Write([0xff, 0xd9]);
        return file.ToArray();

        void Segment(byte marker, ReadOnlySpan<byte> body)
        {
            file.Write([0xff, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2)]);
            file.Write(body);
        }

        void Put(int value, int count)
        {
            for (int i = count - 1; i >= 0; i--)
            {
                buffer = (buffer << 1) | ((value >> i) & 1);
                if (++bits == 8)
                {
                    file.WriteByte((byte)buffer);
                    if (buffer == 0xff)
                    {
                        file.WriteByte(0);
                    }

                    buffer = 0;
                    bits = 0;
                }
            }
        }
    }
}
