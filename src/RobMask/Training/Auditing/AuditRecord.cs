using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Training.Auditing;

/// <summary>A recorded step, opened to read.</summary>
internal sealed class AuditRecord : IDisposable
{
    public const string Format = "robmask-audit-step";
    public const string Version = "1";
    public const string Before = "before.";
    public const string After = "after.";
    public const string Gradient = "gradient.";
    public const string Indices = "batch.indices";
    public const string Labels = "batch.labels";
    public const string Attacked = "batch.attacked";

    private readonly SafetensorsFile _file;

    /// <summary>Opens a record.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, no record, or of another version.</exception>
    public AuditRecord(string path)
    {
        _file = new SafetensorsFile(path);
        try
        {
            string format = _file.Metadata.GetValueOrDefault("format", "none");
            string version = _file.Metadata.GetValueOrDefault("version", "none");
            if (format != Format || version != Version)
            {
                throw new InvalidDataException($"{path}: metadata must say format {Format}, version {Version}; found format {format}, version {version}");
            }

            Step = _file.Metadata.TryGetValue("step", out string? step)
                ? SettingsJson.Read<AuditStep>(step, $"{path}: metadata «step»")
                : throw new InvalidDataException($"{path}: metadata have no «step»");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path => _file.Path;

    public AuditStep Step { get; }

    /// <summary>The names of the tensors.</summary>
    public IEnumerable<string> Names => _file.Entries.Select(entry => entry.Name);

    public bool Contains(string name) => _file.Contains(name);

    /// <summary>Reads numbers of a wanted shape.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, it has another shape, or its bytes are missing.</exception>
    public float[] Read(string name, TensorShape shape)
    {
        SafetensorsEntry entry = _file[name];
        if (!entry.Shape.Equals(shape) || entry.Type != SafetensorsType.F32)
        {
            throw new InvalidDataException($"{Path}: tensor {name} at byte {entry.Offset} is {entry.Type} {entry.Shape}, the network of its settings needs F32 {shape}");
        }

        float[] values = new float[shape.Length];
        _file.Read(name, values);
        return values;
    }

    /// <summary>Reads whole numbers [N].</summary>
    /// <inheritdoc cref="Read"/>
    public int[] ReadIntegers(string name)
    {
        SafetensorsEntry entry = _file[name];
        if (entry.Shape.Rank != 1 || entry.Type != SafetensorsType.I32)
        {
            throw new InvalidDataException($"{Path}: tensor {name} at byte {entry.Offset} is {entry.Type} {entry.Shape}, I32 [N] is wanted");
        }

        int[] values = new int[entry.Shape.Length];
        _file.Read(name, values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
