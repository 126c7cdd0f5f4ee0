using System.Buffers.Binary;
using System.Text;

namespace RobMask.Torch.Tests.Native;

/// <summary>A shared library of a few hundred bytes with one versioned symbol, laid out so that address and offset differ.</summary>
internal static class SyntheticElf
{
    /// <summary>Where the flags of the one needed version stand.</summary>
    public const int FlagsOffset = 0x180 + 16 + 4;

    private const ulong Base = 0x10000;
    private const int Dynamic = 0x200;
    private const int Strings = 0x100;
    private const int Symbols = 0x140;
    private const int Versions = 0x170;
    private const int Needs = 0x180;
    private const int Relocations = 0x1c0;

    /// <summary>Needs «NEW_2» of «libx.so.1» for the symbol «marker», with or without a relocation that uses it.</summary>
    public static byte[] Build(bool relocated)
    {
        byte[] file = new byte[0x300];
        "\u007fELF"u8.CopyTo(file);
        file[4] = 2;
        file[5] = 1;
        Put64(file, 32, 64);
        Put16(file, 54, 56);
        Put16(file, 56, 2);
        Segment(file, 64, kind: 1, offset: 0, address: Base, length: 0x300);
        Segment(file, 64 + 56, kind: 2, offset: Dynamic, address: Base + Dynamic, length: 0x90);

        Encoding.ASCII.GetBytes("\0libx.so.1\0NEW_2\0marker\0").CopyTo(file, Strings);
        Put32(file, Symbols + 24, 17);
        Put16(file, Versions + 2, 5);
        Put16(file, Needs, 1);
        Put16(file, Needs + 2, 1);
        Put32(file, Needs + 4, 1);
        Put32(file, Needs + 8, 16);
        Put16(file, Needs + 16 + 6, 5);
        Put32(file, Needs + 16 + 8, 11);
        Put64(file, Relocations + 8, relocated ? (1UL << 32) | 6 : 8);

        (ulong Tag, ulong Value)[] dynamic =
        [
            (5, Base + Strings), (6, Base + Symbols), (7, Base + Relocations), (8, 24),
            (0x6ffffff0, Base + Versions), (0x6ffffffe, Base + Needs), (0x6fffffff, 1),
        ];
        for (int i = 0; i < dynamic.Length; i++)
        {
            Put64(file, Dynamic + (16 * i), dynamic[i].Tag);
            Put64(file, Dynamic + (16 * i) + 8, dynamic[i].Value);
        }

        return file;
    }

    private static void Segment(byte[] file, int at, uint kind, ulong offset, ulong address, ulong length)
    {
        Put32(file, at, kind);
        Put64(file, at + 8, offset);
        Put64(file, at + 16, address);
        Put64(file, at + 32, length);
    }

    private static void Put16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

    private static void Put32(byte[] file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);

    private static void Put64(byte[] file, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
}
