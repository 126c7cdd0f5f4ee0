using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using RobMask.Data;

namespace RobMask.Verification.Files;

/// <summary>Reads the directory of the one form of zip archive that npz files have, and refuses every other.</summary>
/// <remarks>
/// PKWARE's APPNOTE. Accepted: one disk, no comment, members stored or deflated and laid one after the other without gaps or
/// overlap, then the central directory, then its end. The central directory and the local headers must agree. Not
/// accepted: encryption, members or archives of 4 GiB and more, names that are absolute, lead upwards or occur twice,
/// members that claim to unpack to more than deflate can hold or to suspiciously much.
/// </remarks>
internal sealed class ZipDirectory(string path, SafeFileHandle handle)
{
    /// <summary>The most bytes that all members together may unpack to.</summary>
    public const long MaximumTotalLength = 16L << 30;

    /// <summary>The longest central directory that is accepted.</summary>
    public const int MaximumDirectoryLength = 16 << 20;

    /// <summary>A member up to this length may unpack to as much as deflate can reach, a longer one at most 100-fold.</summary>
    public const long FreeLength = 16 << 20;

    private const int EndLength = 22;
    private const int CentralLength = 46;
    private const int LocalLength = 30;
    private const long LargestDeflateRatio = 1032;
    private const long LargestRatio = 100;
    private const int DescriptorFlag = 1 << 3;
    private const int Utf8Flag = 1 << 11;
    private const int AllowedFlags = 0b110 | DescriptorFlag | Utf8Flag;

    private readonly long _fileLength = RandomAccess.GetLength(handle);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>The members, in the order of their bytes.</summary>
    /// <exception cref="InvalidDataException">A rule is broken.</exception>
    public List<ZipMember> Read()
    {
        if (_fileLength < EndLength)
        {
            throw BadFile.At(path, _fileLength, $"a zip archive ends with a record of {EndLength} bytes, found the end");
        }

        long endStart = _fileLength - EndLength;
        byte[] end = Bytes(endStart, EndLength);
        Require(Word(end, 0) == 0x06054b50, endStart, "the end record of a zip archive without a comment must stand here");
        Require(Half(end, 4) == 0 && Half(end, 6) == 0 && Half(end, 8) == Half(end, 10), endStart + 4, "the archive must lie on one disk");
        Require(Half(end, 20) == 0, endStart + 20, "the archive must have no comment");
        int count = Half(end, 10);
        long length = Word(end, 12);
        long start = Word(end, 16);
        Require(
            start + length == endStart && length <= MaximumDirectoryLength,
            endStart + 12,
            $"the central directory, {length} bytes at {start}, must end where its end record begins and have at most {MaximumDirectoryLength} bytes (zip64 archives are not read)");
        byte[] directory = Bytes(start, (int)length);
        List<(long LocalStart, ZipMember Member)> members = [];
        int position = 0;
        for (int i = 0; i < count; i++)
        {
            position += ReadMember(directory.AsSpan(position), start + position, start, members);
        }

        Require(position == directory.Length, start + position, $"the central directory must end after {count} members");
        RequireNoGaps(members, start);
        return [.. members.Select(m => m.Member)];
    }

    /// <summary>Reads one record of the central directory and the local header that it points to.</summary>
    private int ReadMember(ReadOnlySpan<byte> record, long at, long directoryStart, List<(long LocalStart, ZipMember Member)> members)
    {
        Require(record.Length >= CentralLength && Word(record, 0) == 0x02014b50, at, "a record of the central directory must stand here");
        int flags = Half(record, 8);
        int method = Half(record, 10);
        (uint crc, long storedLength, long length) = (Word(record, 16), Word(record, 20), Word(record, 24));
        int nameLength = Half(record, 28);
        int recordLength = CentralLength + nameLength + Half(record, 30) + Half(record, 32);
        long localStart = Word(record, 42);
        Require(recordLength <= record.Length && Half(record, 34) == 0, at, "the record must fit the central directory and its member lie on this disk");
        Require((flags & ~AllowedFlags) == 0, at + 8, $"the member must not be encrypted or patched, found flags {flags:x4}");
        Require(method is 0 or 8, at + 10, $"the member must be stored (0) or deflated (8), found method {method}");
        Require(length < uint.MaxValue && storedLength < uint.MaxValue && localStart < uint.MaxValue, at + 20, "a member of 4 GiB or more is not read");
        RequireLength(at + 20, method, storedLength, length);
        ReadOnlySpan<byte> nameBytes = record.Slice(CentralLength, nameLength);
        string name = Name(nameBytes, flags, at + CentralLength);

        Require(localStart + LocalLength + nameLength <= directoryStart, at + 42, "the member must lie before the central directory");
        byte[] local = Bytes(localStart, LocalLength + nameLength);
        Require(
            Word(local, 0) == 0x04034b50 && Half(local, 6) == flags && Half(local, 8) == method && Half(local, 26) == nameLength && local.AsSpan(LocalLength).SequenceEqual(nameBytes),
            localStart,
            $"the local header of «{name}» must stand here and agree with the central directory");
        int extraLength = Half(local, 28);
        long start = localStart + LocalLength + nameLength + extraLength;
        Require(start + storedLength <= directoryStart, localStart, $"«{name}» must end before the central directory");
        bool described = (flags & DescriptorFlag) != 0;
        (long localStored, long localFull) = LocalLengths(local, localStart + LocalLength + nameLength, extraLength);
        Require(
            described || (Word(local, 14) == crc && localStored == storedLength && localFull == length),
            localStart + 14,
            $"checksum and lengths of «{name}» must be those of the central directory");
        members.Add((localStart, new ZipMember(name, start, method == 8, storedLength, length, crc)));
        return recordLength;
    }

    private void RequireLength(long at, int method, long storedLength, long length)
    {
        Require(
            method == 0 ? length == storedLength : length <= LargestDeflateRatio * storedLength,
            at,
            $"{storedLength} bytes {(method == 0 ? "stored" : "deflated")} cannot hold the {length} that the member claims");
        Require(
            length <= FreeLength || length / LargestRatio <= storedLength,
            at,
            $"the member claims to unpack from {storedLength} to {length} bytes; above {FreeLength} at most {LargestRatio}-fold is accepted");
    }

    /// <summary>NumPy gives lengths in the local header as 64-bit numbers of an extra field (1), whatever they are.</summary>
    private (long Stored, long Full) LocalLengths(byte[] local, long extraStart, int extraLength)
    {
        (long stored, long full) = (Word(local, 18), Word(local, 22));
        byte[] extra = stored == uint.MaxValue && full == uint.MaxValue ? Bytes(extraStart, extraLength) : [];
        for (int i = 0; i + 4 <= extra.Length; i += 4 + Half(extra, i + 2))
        {
            if (Half(extra, i) == 1 && Half(extra, i + 2) >= 16 && i + 20 <= extra.Length)
            {
                return (BinaryPrimitives.ReadInt64LittleEndian(extra.AsSpan(i + 12)), BinaryPrimitives.ReadInt64LittleEndian(extra.AsSpan(i + 4)));
            }
        }

        return (stored, full);
    }

    private string Name(ReadOnlySpan<byte> bytes, int flags, long at)
    {
        string name;
        try
        {
            name = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (ArgumentException error)
        {
            throw BadFile.At(path, at, "the member's name must be UTF-8", error);
        }

        Require(Ascii.IsValid(name) || (flags & Utf8Flag) != 0, at, "a name beyond ASCII must be marked as UTF-8");
        bool escapes = name.AsSpan().ContainsAny('\\', ':') || name.Any(char.IsControl) || name.Split('/').Any(part => part is "" or "." or "..");
        Require(!escapes, at, "a name must be relative, with no empty part, «.», «..», backslash, colon or control character");
        Require(_names.Add(name), at, $"the member «{name}» occurs twice");
        return name;
    }

    /// <summary>Every byte belongs to one member: nothing hides between them and none overlap.</summary>
    private void RequireNoGaps(List<(long LocalStart, ZipMember Member)> members, long directoryStart)
    {
        members.Sort((left, right) => left.LocalStart.CompareTo(right.LocalStart));
        long expected = 0;
        long total = 0;
        for (int i = 0; i < members.Count; i++)
        {
            (long localStart, ZipMember member) = members[i];
            Require(localStart == expected, expected, $"the next member must begin here, but «{member.Name}» begins at byte {localStart}");
            long end = member.Start + member.StoredLength;
            long next = i + 1 < members.Count ? members[i + 1].LocalStart : directoryStart;

            // A descriptor behind the data: checksum and lengths, 4 or 8 bytes each, with or without a signature.
            bool described = (Half(Bytes(localStart, LocalLength), 6) & DescriptorFlag) != 0;
            expected = described && next - end is 12 or 16 or 20 or 24 ? next : end;
            total += member.Length;
        }

        Require(expected == directoryStart, expected, $"the central directory must begin here, but it begins at byte {directoryStart}");
        Require(total <= MaximumTotalLength, 0, $"the members unpack to {total} bytes; at most {MaximumTotalLength} are accepted");
    }

    private byte[] Bytes(long start, int length)
    {
        using FileRange range = new(path, handle, start, length);
        byte[] bytes = new byte[length];
        range.ReadExactly(bytes);
        return bytes;
    }

    private void Require(bool holds, long offset, string rule)
    {
        if (!holds)
        {
            throw BadFile.At(path, offset, rule);
        }
    }

    private static ushort Half(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
