using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using RobMask.Tensors;

namespace RobMask.Checkpoints;

/// <summary>Collects named tensors and writes them as one safetensors file.</summary>
/// <remarks>
/// The same tensors, added in the same order, give the same bytes. The header is padded with spaces to a multiple of 8,
/// so that every tensor of 8-byte elements in front of smaller ones is aligned. Values are not copied by
/// <see cref="Add{T}(string, DenseTensor{T})"/>: they are read when the file is written.
/// </remarks>
public sealed class SafetensorsWriter
{
    private readonly List<(string Name, SafetensorsType Type, TensorShape Shape, Action<Stream> Write)> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, string>> _metadata = [];

    /// <summary>Adds a string to the header's metadata.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void AddMetadata(string key, string value)
    {
        if (_metadata.Any(pair => pair.Key == key))
        {
            throw new ArgumentException($"safetensors: metadata «{key}» is there already", nameof(key));
        }

        _metadata.Add(new(key, value));
    }

    /// <summary>Adds a tensor.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the format has no such element type.</exception>
    public void Add<T>(string name, DenseTensor<T> tensor)
        where T : unmanaged => Add(name, SafetensorsTypes.Of<T>(), tensor.Shape, stream => WriteElements<T>(stream, tensor.Span));

    /// <summary>Adds a tensor from values in row-major order.</summary>
    /// <exception cref="ArgumentException">The name is taken, the number of values is not the shape's, or the format has no such element type.</exception>
    public void Add<T>(string name, TensorShape shape, ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        if (values.Length != shape.Length)
        {
            throw new ArgumentException($"safetensors: «{name}» has {values.Length} values for shape {shape}", nameof(values));
        }

        Add(name, SafetensorsTypes.Of<T>(), shape, stream => WriteElements(stream, values.Span));
    }

    /// <summary>Writes the file, complete or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>Writes the file's bytes.</summary>
    public void Save(Stream stream)
    {
        byte[] header = Header();
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.Start];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach ((_, _, _, Action<Stream> write) in _tensors)
        {
            write(stream);
        }
    }

    private static void WriteElements<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        const int Chunk = 1 << 20;
        for (int done = 0; done < values.Length; done += Chunk)
        {
            stream.Write(MemoryMarshal.AsBytes(values.Slice(done, Math.Min(Chunk, values.Length - done))));
        }
    }

    /// <summary>Adds a tensor whose bytes are written by <paramref name="write"/> when the file is.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    internal void Add(string name, SafetensorsType type, TensorShape shape, Action<Stream> write)
    {
        if (name == "__metadata__" || !_names.Add(name))
        {
            throw new ArgumentException($"safetensors: the tensor name «{name}» is taken", nameof(name));
        }

        _tensors.Add((name, type, shape, write));
    }

    private byte[] Header()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in _metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, SafetensorsType type, TensorShape shape, _) in _tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.ToString());
                json.WriteStartArray("shape");
                foreach (int extent in shape.Extents)
                {
                    json.WriteNumberValue(extent);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += (long)shape.Length * type.Size());
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int padded = (buffer.WrittenCount + 7) / 8 * 8;
        buffer.GetSpan(8)[..(padded - buffer.WrittenCount)].Fill((byte)' ');
        buffer.Advance(padded - buffer.WrittenCount);
        return buffer.WrittenSpan.ToArray();
    }
}
