using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>A safetensors file behind the common interface.</summary>
internal sealed class SafetensorsTensors : ITensorFile
{
    private readonly SafetensorsFile _file;

    public SafetensorsTensors(string path)
    {
        _file = new SafetensorsFile(path);
        Entries = [.. _file.Entries.Select(entry => new TensorEntry(entry.Name, entry.Type, entry.Shape))];
    }

    public string Path => _file.Path;

    public IReadOnlyList<TensorEntry> Entries { get; }

    public static void Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        SafetensorsWriter writer = new();
        foreach ((string key, string value) in metadata)
        {
            writer.AddMetadata(key, value);
        }

        foreach ((string name, ITensor tensor) in tensors)
        {
            switch (tensor)
            {
                case DenseTensor<float> values: writer.Add(name, values); break;
                case DenseTensor<double> values: writer.Add(name, values); break;
                case DenseTensor<int> values: writer.Add(name, values); break;
                case DenseTensor<long> values: writer.Add(name, values); break;
                case DenseTensor<byte> values: writer.Add(name, values); break;
                case DenseTensor<bool> values: writer.Add(name, values); break;
                default: TensorFile.TypeOf(tensor); break;
            }
        }

        writer.Save(path);
    }

    public ITensor Load(string name)
    {
        SafetensorsEntry entry = _file[name];
        switch (entry.Type)
        {
            case SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32: return _file.Load<float>(name);
            case SafetensorsType.F64: return _file.Load<double>(name);
            case SafetensorsType.I32: return _file.Load<int>(name);
            case SafetensorsType.I64: return _file.Load<long>(name);
            default:
                byte[] bytes = _file.ReadBytes(name);
                int done = 0;
                return TensorBytes.Make(Path, entry.Offset, entry.Type, entry.Shape, part =>
                {
                    bytes.AsSpan(done, part.Length).CopyTo(part);
                    done += part.Length;
                });
        }
    }

    public void Dispose() => _file.Dispose();
}
