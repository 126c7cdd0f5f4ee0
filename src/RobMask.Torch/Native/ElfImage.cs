using System.Buffers.Binary;
using System.Text;

namespace RobMask.Torch.Native;

/// <summary>The part of a 64-bit little-endian ELF shared library that says which symbol versions it wants and gives.</summary>
/// <remarks>
/// Read as the dynamic linker reads it: program headers, then the dynamic segment, whose addresses are translated through
/// the loadable segments. Section headers are not consulted, because a stripped library need not have them. Layouts: the
/// System V ABI, chapter 5, and «Linux Standard Base Core», symbol versioning.
/// </remarks>
internal sealed class ElfImage
{
    private const uint SegmentLoad = 1;
    private const uint SegmentDynamic = 2;

    private readonly byte[] _bytes;
    private readonly string _name;
    private readonly List<(ulong Address, ulong Offset, ulong Length)> _segments = [];
    private readonly Dictionary<ulong, ulong> _dynamic = [];

    /// <summary>Reads the headers of <paramref name="bytes"/>, which <see cref="Weaken"/> changes in place.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">Not such a file, or one that contradicts itself.</exception>
    public ElfImage(byte[] bytes, string name)
    {
        _bytes = bytes;
        _name = name;
        if (bytes.Length < 64 || !bytes.AsSpan(0, 4).SequenceEqual("\u007fELF"u8))
        {
            throw Broken(0, "the four bytes 7F 45 4C 46 of an ELF file and a header of 64 bytes");
        }

        if (bytes[4] != 2 || bytes[5] != 1)
        {
            throw Broken(4, "class 2 and data 1, a 64-bit little-endian file");
        }

        ReadSegments();
    }

    /// <summary>What the file wants of the libraries that it needs.</summary>
    public IReadOnlyList<VersionNeed> VersionNeeds()
    {
        List<VersionNeed> needs = [];
        if (!_dynamic.TryGetValue(DynamicTag.VersionNeeded, out ulong address))
        {
            return needs;
        }

        int record = Offset(address);
        ulong records = _dynamic.GetValueOrDefault(DynamicTag.VersionNeededCount);
        for (ulong r = 0; r < records; r++)
        {
            int count = Word16(record + 2);
            string library = Text(Word32(record + 4));
            int need = checked(record + (int)Word32(record + 8));
            for (int i = 0; i < count; i++)
            {
                needs.Add(new VersionNeed(library, Text(Word32(need + 8)), Word16(need + 6), Word16(need + 4), need + 4));
                if (i + 1 < count)
                {
                    need = Next(need, 12);
                }
            }

            if (r + 1 < records)
            {
                record = Next(record, 12);
            }
        }

        return needs;
    }

    /// <summary>The versions that the file itself gives.</summary>
    public IReadOnlySet<string> VersionsDefined()
    {
        HashSet<string> versions = [];
        if (!_dynamic.TryGetValue(DynamicTag.VersionDefined, out ulong address))
        {
            return versions;
        }

        int record = Offset(address);
        ulong records = _dynamic.GetValueOrDefault(DynamicTag.VersionDefinedCount);
        for (ulong r = 0; r < records; r++)
        {
            versions.Add(Text(Word32(checked(record + (int)Word32(record + 12)))));
            if (r + 1 < records)
            {
                record = Next(record, 16);
            }
        }

        return versions;
    }

    /// <summary>The symbols of a version that some relocation uses: those without which the file cannot run.</summary>
    /// <remarks>
    /// A symbol that no relocation names is never looked up. So the number of symbols, which the dynamic segment does not
    /// state, is not needed: it is enough to walk the relocations.
    /// </remarks>
    public IReadOnlyList<string> RelocatedSymbols(VersionNeed need)
    {
        SortedSet<string> symbols = new(StringComparer.Ordinal);
        if (!_dynamic.TryGetValue(DynamicTag.VersionOfSymbols, out ulong versionsAddress))
        {
            return [];
        }

        int versions = Offset(versionsAddress);
        foreach (uint symbol in Relocated())
        {
            const int VersionMask = 0x7fff;
            if ((Word16(checked(versions + (2 * (int)symbol))) & VersionMask) == need.Index)
            {
                symbols.Add(Text(Word32(Symbol(symbol))));
            }
        }

        return [.. symbols];
    }

    /// <summary>The symbols that some relocation uses and other libraries must give; weak ones may be missing.</summary>
    public IReadOnlyList<string> RequiredSymbols()
    {
        const int Undefined = 0;
        const int Weak = 2;
        SortedSet<string> symbols = new(StringComparer.Ordinal);
        foreach (uint symbol in Relocated())
        {
            int at = Symbol(symbol);
            if (Word16(at + 6) == Undefined && Bytes(at + 4, 1)[0] >> 4 != Weak)
            {
                symbols.Add(Text(Word32(at)));
            }
        }

        return [.. symbols];
    }

    /// <summary>Sets VER_FLG_WEAK in one record, in the bytes that the constructor was given.</summary>
    public void Weaken(VersionNeed need) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(need.FlagsOffset), (ushort)(need.Flags | VersionNeed.Weak));

    private int Symbol(uint index) => checked(Offset(_dynamic[DynamicTag.SymbolTable]) + (24 * (int)index));

    // The symbols that relocations name, each as often as it is named.
    private IEnumerable<uint> Relocated()
    {
        foreach ((int table, int length, int entry) in RelocationTables())
        {
            for (int at = table; at < table + length; at += entry)
            {
                uint symbol = Word32(at + 12);
                if (symbol != 0)
                {
                    yield return symbol;
                }
            }
        }
    }

    private IEnumerable<(int Table, int Length, int Entry)> RelocationTables()
    {
        const int RelaEntry = 24;
        const int RelEntry = 16;
        int linkageEntry = _dynamic.GetValueOrDefault(DynamicTag.LinkageRelocationKind) == DynamicTag.Relocations ? RelaEntry : RelEntry;
        (ulong Address, ulong Length, int Entry)[] tables =
        [
            (DynamicTag.Relocations, DynamicTag.RelocationsLength, RelaEntry),
            (DynamicTag.ShortRelocations, DynamicTag.ShortRelocationsLength, RelEntry),
            (DynamicTag.LinkageRelocations, DynamicTag.LinkageRelocationsLength, linkageEntry),
        ];
        foreach ((ulong addressTag, ulong lengthTag, int entry) in tables)
        {
            if (_dynamic.TryGetValue(addressTag, out ulong address) && _dynamic.TryGetValue(lengthTag, out ulong length))
            {
                yield return (Offset(address), checked((int)length), entry);
            }
        }
    }

    private void ReadSegments()
    {
        int table = checked((int)Word64(32));
        int entry = Word16(54);
        int count = Word16(56);
        if (entry < 56)
        {
            throw Broken(54, "program headers of at least 56 bytes");
        }

        int dynamic = -1;
        int dynamicLength = 0;
        for (int i = 0; i < count; i++)
        {
            int at = checked(table + (i * entry));
            uint kind = Word32(at);
            if (kind == SegmentLoad)
            {
                _segments.Add((Word64(at + 16), Word64(at + 8), Word64(at + 32)));
            }
            else if (kind == SegmentDynamic)
            {
                dynamic = checked((int)Word64(at + 8));
                dynamicLength = checked((int)Word64(at + 32));
            }
        }

        if (dynamic < 0)
        {
            throw Broken(table, "a dynamic segment, as every shared library has");
        }

        for (int at = dynamic; at < dynamic + dynamicLength && Word64(at) != 0; at += 16)
        {
            _dynamic[Word64(at)] = Word64(at + 8);
        }
    }

    private int Offset(ulong address)
    {
        foreach ((ulong start, ulong offset, ulong length) in _segments)
        {
            if (address >= start && address - start < length)
            {
                return checked((int)(address - start + offset));
            }
        }

        throw Broken(0, $"address {address:x} inside a loadable segment");
    }

    /// <summary>Follows a list; a step of 0 before its stated end would never end.</summary>
    private int Next(int record, int field)
    {
        uint step = Word32(record + field);
        return step == 0 ? throw Broken(record + field, "another record; the list ends before its stated length") : checked(record + (int)step);
    }

    private string Text(uint index)
    {
        int start = checked(Offset(_dynamic[DynamicTag.StringTable]) + (int)index);
        int length = start < _bytes.Length ? _bytes.AsSpan(start).IndexOf((byte)0) : -1;
        return length < 0 ? throw Broken(start, "a name that ends with a zero byte") : Encoding.UTF8.GetString(_bytes, start, length);
    }

    private ushort Word16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(offset, 2));

    private uint Word32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(offset, 4));

    private ulong Word64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(offset, 8));

    private ReadOnlySpan<byte> Bytes(int offset, int count) =>
        offset >= 0 && offset <= _bytes.Length - count ? _bytes.AsSpan(offset, count) : throw Broken(offset, $"{count} bytes; the file has {_bytes.Length}");

    private InvalidDataException Broken(long offset, string expected) => new($"{_name}: at offset {offset}: expected {expected}");

    /// <summary>The keys of the dynamic segment that are read here.</summary>
    private static class DynamicTag
    {
        public const ulong LinkageRelocationsLength = 2;
        public const ulong StringTable = 5;
        public const ulong SymbolTable = 6;
        public const ulong Relocations = 7;
        public const ulong RelocationsLength = 8;
        public const ulong ShortRelocations = 17;
        public const ulong ShortRelocationsLength = 18;
        public const ulong LinkageRelocationKind = 20;
        public const ulong LinkageRelocations = 23;
        public const ulong VersionOfSymbols = 0x6ffffff0;
        public const ulong VersionDefined = 0x6ffffffc;
        public const ulong VersionDefinedCount = 0x6ffffffd;
        public const ulong VersionNeeded = 0x6ffffffe;
        public const ulong VersionNeededCount = 0x6fffffff;
    }
}
