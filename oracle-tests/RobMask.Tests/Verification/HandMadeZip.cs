using System.Buffers.Binary;
using System.Text;
using RobMask.Data;

namespace RobMask.Tests.Verification;

/// <summary>A zip archive laid out byte by byte after PKWARE's APPNOTE, so that it can break the rules.</summary>
internal sealed class HandMadeZip
{
    private readonly MemoryStream _members = new();
    private readonly MemoryStream _directory = new();
    private int _count;
    private int _lastPlace;

    /// <summary>How many foreign bytes stand before the archive.</summary>
    public int Start { get; init; }

    public HandMadeZip Add(string name, byte[] bytes, bool numpyLengths = false, bool samePlace = false, int? deflatedLength = null, uint? crc = null, string? recordName = null)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        byte[] recordNameBytes = Encoding.UTF8.GetBytes(recordName ?? name);
        ushort method = (ushort)(deflatedLength is null ? 0 : 8);
        uint length = (uint)(deflatedLength ?? bytes.Length);
        uint checksum = crc ?? Crc32.Of(bytes);
        if (!samePlace)
        {
            _lastPlace = Start + (int)_members.Length;
            Words(_members, 0x04034b50u, (ushort)20, (ushort)0, method, 0u, checksum);
            Words(_members, numpyLengths ? uint.MaxValue : (uint)bytes.Length, numpyLengths ? uint.MaxValue : length, (ushort)nameBytes.Length, (ushort)(numpyLengths ? 20 : 0));
            _members.Write(nameBytes);
            if (numpyLengths)
            {
                Words(_members, (ushort)1, (ushort)16, (ulong)length, (ulong)bytes.Length);
            }

            _members.Write(bytes);
        }

        Words(_directory, 0x02014b50u, (ushort)20, (ushort)20, (ushort)0, method, 0u, checksum, (uint)bytes.Length, length);
        Words(_directory, (ushort)recordNameBytes.Length, (ushort)0, (ushort)0, (ushort)0, (ushort)0, 0u, (uint)_lastPlace);
        _directory.Write(recordNameBytes);
        _count++;
        return this;
    }

    public byte[] ToArray()
    {
        MemoryStream whole = new();
        _members.WriteTo(whole);
        _directory.WriteTo(whole);
        Words(whole, 0x06054b50u, (ushort)0, (ushort)0, (ushort)_count, (ushort)_count, (uint)_directory.Length, (uint)(Start + _members.Length), (ushort)0);
        return whole.ToArray();
    }

    private static void Words(MemoryStream stream, params ReadOnlySpan<object> words)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (object word in words)
        {
            int length = 2;
            switch (word)
            {
                case ushort half: BinaryPrimitives.WriteUInt16LittleEndian(bytes, half); break;
                case uint whole: BinaryPrimitives.WriteUInt32LittleEndian(bytes, whole); length = 4; break;
                default: BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)word); length = 8; break;
            }

            stream.Write(bytes[..length]);
        }
    }
}
