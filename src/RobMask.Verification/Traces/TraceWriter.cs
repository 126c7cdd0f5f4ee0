using System.Runtime.InteropServices;
using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Traces;

/// <summary>Records a trace: tensors go to a temporary file beside the target as they come, the target appears when all are there.</summary>
/// <remarks>A tensor is held in memory only while it is added. Without <see cref="Complete"/> nothing is left behind.</remarks>
public sealed class TraceWriter : IDisposable
{
    private readonly string _path;
    private readonly TraceProgram _program;
    private readonly FileStream _spool;
    private readonly SafetensorsWriter _writer = new();
    private readonly List<TraceOperation> _operations = [];

    /// <summary>Begins a trace.</summary>
    /// <param name="path">The file that <see cref="Complete"/> writes.</param>
    /// <param name="program">What is known before the first operation; operations in it come first.</param>
    /// <exception cref="IOException">The path cannot be written to.</exception>
    public TraceWriter(string path, TraceProgram program)
    {
        AtomicFile.RequireWritable(path);
        _path = Path.GetFullPath(path);
        _program = program;
        _operations.AddRange(program.Operations);
        string folder = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(folder);
        string name = Path.Combine(folder, $".{Path.GetFileName(_path)}.{Guid.NewGuid():N}.spool.tmp");
        _spool = new FileStream(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
    }

    /// <summary>Adds a tensor as it is now; later changes of it do not matter.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add<T>(string name, DenseTensor<T> tensor)
        where T : unmanaged
    {
        const int Chunk = 1 << 20;
        Keep(name, SafetensorsTypes.Of<T>(), tensor.Shape);
        for (int done = 0; done < tensor.Length; done += Chunk)
        {
            _spool.Write(MemoryMarshal.AsBytes(tensor.Span.Slice(done, Math.Min(Chunk, tensor.Length - done))));
        }
    }

    /// <summary>Adds a tensor by the little-endian bytes of its elements, as for BF16.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the number of bytes is not that of the shape.</exception>
    public void Add(string name, SafetensorsType type, TensorShape shape, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != (long)shape.Length * type.Size())
        {
            throw new ArgumentException($"trace: «{name}» of {type} {shape} has {bytes.Length} bytes; expected {(long)shape.Length * type.Size()}", nameof(bytes));
        }

        Keep(name, type, shape);
        _spool.Write(bytes);
    }

    /// <summary>Adds an operation; its tensors may be added before or after.</summary>
    public void Add(TraceOperation operation) => _operations.Add(operation);

    /// <summary>Writes the file, complete or not at all.</summary>
    public void Complete()
    {
        _writer.AddMetadata(TraceProgram.MetadataKey, TraceJson.Write(_program with { Operations = _operations }));
        _spool.Flush();
        _writer.Save(_path);
    }

    /// <inheritdoc/>
    public void Dispose() => _spool.Dispose();

    private void Keep(string name, SafetensorsType type, TensorShape shape)
    {
        long start = _spool.Position;
        long length = (long)shape.Length * type.Size();
        _writer.Add(name, type, shape, stream => Copy(start, length, stream));
    }

    private void Copy(long start, long length, Stream target)
    {
        byte[] chunk = new byte[Math.Min(length, 1 << 20)];
        _spool.Position = start;
        for (long done = 0; done < length;)
        {
            int part = (int)Math.Min(chunk.Length, length - done);
            _spool.ReadExactly(chunk, 0, part);
            target.Write(chunk, 0, part);
            done += part;
        }
    }
}
