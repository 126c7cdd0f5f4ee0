using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Checkpoints;

/// <summary>A safetensors file, opened for reading one tensor at a time.</summary>
/// <remarks>
/// Layout: a 64-bit little-endian length, a JSON header of so many bytes, the tensors' bytes. Opening checks the whole
/// header and nothing of the data; a conversion on reading is allowed only where it keeps every value.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that is accepted, as in the format's own library.</summary>
    public const int MaximumHeaderLength = 100_000_000;

    private const int ChunkLength = 1 << 16;
    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">The file is not a well-formed safetensors file.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        BadFile.RequireFile(path);
        _handle = File.OpenHandle(path);
        try
        {
            Entries = ReadHeader();
        }
        catch
        {
            _handle.Dispose();
            throw;
        }

        _byName = Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>The tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The header's strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The entry of a tensor.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of that name.</exception>
    public SafetensorsEntry this[string name] =>
        _byName.TryGetValue(name, out SafetensorsEntry? entry) ? entry : throw BadFile.Of(Path, $"has no tensor «{name}»");

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Reads a tensor of type F32, F16 or BF16.</summary>
    /// <exception cref="ArgumentException">The destination has another length than the tensor.</exception>
    /// <exception cref="InvalidDataException">The tensor has another type, or its bytes are missing.</exception>
    public void Read(string name, Span<float> destination)
    {
        SafetensorsEntry entry = Checked(name, destination.Length);
        switch (entry.Type)
        {
            case SafetensorsType.F32: ReadBytes(entry, 0, MemoryMarshal.AsBytes(destination)); break;
            case SafetensorsType.F16: Convert(entry, destination, static b => (float)BinaryPrimitives.ReadHalfLittleEndian(b)); break;
            case SafetensorsType.BF16: Convert(entry, destination, WidenBFloat16); break;
            default: throw Unfit(entry, "float");
        }
    }

    /// <summary>Reads a tensor of type F64, F32, F16 or BF16.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<double> destination)
    {
        SafetensorsEntry entry = Checked(name, destination.Length);
        switch (entry.Type)
        {
            case SafetensorsType.F64: ReadBytes(entry, 0, MemoryMarshal.AsBytes(destination)); break;
            case SafetensorsType.F32: Convert(entry, destination, static b => BinaryPrimitives.ReadSingleLittleEndian(b)); break;
            case SafetensorsType.F16: Convert(entry, destination, static b => (double)BinaryPrimitives.ReadHalfLittleEndian(b)); break;
            case SafetensorsType.BF16: Convert(entry, destination, static b => WidenBFloat16(b)); break;
            default: throw Unfit(entry, "double");
        }
    }

    /// <summary>Reads a tensor of type I64, I32, U8 or BOOL.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<long> destination)
    {
        SafetensorsEntry entry = Checked(name, destination.Length);
        switch (entry.Type)
        {
            case SafetensorsType.I64: ReadBytes(entry, 0, MemoryMarshal.AsBytes(destination)); break;
            case SafetensorsType.I32: Convert(entry, destination, static b => BinaryPrimitives.ReadInt32LittleEndian(b)); break;
            case SafetensorsType.U8: Convert(entry, destination, static b => b[0]); break;
            case SafetensorsType.BOOL:
                Convert(entry, destination, static b => b[0]);
                int wrong = destination.IndexOfAnyExceptInRange(0, 1);
                if (wrong >= 0)
                {
                    throw BadFile.At(Path, entry.Offset + wrong, $"«{name}» is BOOL and must hold 0 or 1, found {destination[wrong]}");
                }

                break;
            default: throw Unfit(entry, "long");
        }
    }

    /// <summary>Reads a tensor of type I64, I32, U8 or BOOL whose values fit an <see cref="int"/>.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<int> destination)
    {
        long[] wide = new long[destination.Length];
        Read(name, wide);
        for (int i = 0; i < wide.Length; i++)
        {
            destination[i] = wide[i] is >= int.MinValue and <= int.MaxValue
                ? (int)wide[i]
                : throw BadFile.At(Path, this[name].Offset + (8L * i), $"«{name}» must hold 32-bit values here, found {wide[i]}");
        }
    }

    /// <summary>Reads the bytes of a tensor as they are.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public byte[] ReadBytes(string name)
    {
        SafetensorsEntry entry = this[name];
        if (entry.ByteLength > Array.MaxLength)
        {
            throw new ArgumentException($"{Path}: «{name}» has {entry.ByteLength} bytes, more than one array holds", nameof(name));
        }

        byte[] bytes = new byte[entry.ByteLength];
        ReadBytes(entry, 0, bytes);
        return bytes;
    }

    /// <summary>Reads a tensor of a type that <typeparamref name="T"/> (float, double, int or long) holds exactly.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public DenseTensor<T> Load<T>(string name)
        where T : unmanaged
    {
        DenseTensor<T> tensor = new(this[name].Shape);
        switch (tensor)
        {
            case DenseTensor<float> single: Read(name, single.Span); break;
            case DenseTensor<double> wide: Read(name, wide.Span); break;
            case DenseTensor<int> integer: Read(name, integer.Span); break;
            case DenseTensor<long> wideInteger: Read(name, wideInteger.Span); break;
            default: throw new ArgumentException($"safetensors: tensors are read as float, double, int or long, not {typeof(T).Name}", nameof(T));
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private delegate T Decoder<T>(ReadOnlySpan<byte> element);

    private static float WidenBFloat16(ReadOnlySpan<byte> element) =>
        BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16);

    private List<SafetensorsEntry> ReadHeader()
    {
        long fileLength = RandomAccess.GetLength(_handle);
        if (fileLength < SafetensorsHeader.Start)
        {
            throw BadFile.At(Path, fileLength, "a safetensors file begins with the 8 bytes of its header's length, found the end");
        }

        Span<byte> prefix = stackalloc byte[SafetensorsHeader.Start];
        Fill(prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumHeaderLength || length > (ulong)(fileLength - SafetensorsHeader.Start))
        {
            throw BadFile.At(Path, 0, $"the header's length must be at most {MaximumHeaderLength} and fit the file of {fileLength} bytes, found {length}");
        }

        byte[] json = new byte[length];
        Fill(json, SafetensorsHeader.Start);
        return SafetensorsHeader.Parse(Path, json, fileLength - SafetensorsHeader.Start - json.Length, _metadata);
    }

    private SafetensorsEntry Checked(string name, int length)
    {
        SafetensorsEntry entry = this[name];
        return entry.Shape.Length == length
            ? entry
            : throw new ArgumentException($"{Path}: «{name}» {entry.Shape} has {entry.Shape.Length} elements, the destination {length}", nameof(length));
    }

    private InvalidDataException Unfit(SafetensorsEntry entry, string wanted) =>
        BadFile.At(Path, entry.Offset, $"«{entry.Name}» is {entry.Type}, which {wanted} does not hold exactly");

    private void Convert<T>(SafetensorsEntry entry, Span<T> destination, Decoder<T> decode)
    {
        int size = entry.Type.Size();
        byte[] chunk = new byte[Math.Min(ChunkLength, entry.ByteLength)];
        for (long done = 0; done < entry.ByteLength; done += chunk.Length)
        {
            Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, entry.ByteLength - done));
            ReadBytes(entry, done, bytes);
            Span<T> part = destination.Slice((int)(done / size), bytes.Length / size);
            for (int i = 0; i < part.Length; i++)
            {
                part[i] = decode(bytes.Slice(i * size, size));
            }
        }
    }

    private void ReadBytes(SafetensorsEntry entry, long start, Span<byte> destination) => Fill(destination, entry.Offset + start);

    private void Fill(Span<byte> destination, long offset)
    {
        for (int done = 0; done < destination.Length;)
        {
            int read = RandomAccess.Read(_handle, destination[done..], offset + done);
            if (read == 0)
            {
                throw BadFile.At(Path, offset + done, $"the file ended while {destination.Length - done} bytes more were expected");
            }

            done += read;
        }
    }
}
