using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Verification.Traces;

/// <summary>A trace, opened for reading one tensor at a time: its program is checked as a whole, its data is not read.</summary>
public sealed class TraceFile : IDisposable
{
    private readonly SafetensorsFile _file;

    /// <summary>Opens a trace and checks its program against its tensors.</summary>
    /// <exception cref="InvalidDataException">The file is no trace, or its program breaks a rule of <c>docs/trace-format.md</c>; the message says where.</exception>
    public TraceFile(string path)
    {
        _file = new SafetensorsFile(path);
        try
        {
            string text = _file.Metadata.GetValueOrDefault(TraceProgram.MetadataKey)
                ?? throw BadFile.Of(path, $"is no trace: its metadata have no «{TraceProgram.MetadataKey}»");
            Program = TraceJson.Read(path, text);
            Tensors = new TraceCheck(_file, Program).Run();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The path that was opened.</summary>
    public string Path => _file.Path;

    /// <summary>The program.</summary>
    public TraceProgram Program { get; }

    /// <summary>The tensors of the program, by name.</summary>
    public IReadOnlyDictionary<string, TraceTensor> Tensors { get; }

    /// <summary>Reads a tensor of numbers; F16 and BF16 are widened to float.</summary>
    /// <returns>A <see cref="DenseTensor{T}"/> of float, double, long or, for BOOL, bool.</returns>
    /// <exception cref="InvalidDataException">Its bytes are damaged.</exception>
    public ITensor Load(string name)
    {
        TraceTensor tensor = Tensors[name];
        switch (tensor.Type)
        {
            case SafetensorsType.F64:
                return _file.Load<double>(tensor.Stored).View(tensor.Shape);
            case SafetensorsType.I64:
                return _file.Load<long>(tensor.Stored).View(tensor.Shape);
            case SafetensorsType.BOOL:
                DenseTensor<long> numbers = _file.Load<long>(tensor.Stored);
                DenseTensor<bool> mask = new(tensor.Shape);
                for (int i = 0; i < mask.Length; i++)
                {
                    mask.Span[i] = numbers.Span[i] != 0;
                }

                return mask;
            default:
                return _file.Load<float>(tensor.Stored).View(tensor.Shape);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
