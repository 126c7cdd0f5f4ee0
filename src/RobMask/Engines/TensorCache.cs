using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>Tensors by name and shape, made on first use and kept, so that an algorithm allocates nothing after its first full and its first partial batch.</summary>
internal sealed class TensorCache(IEngine engine) : IDisposable
{
    private readonly Dictionary<(string Name, TensorShape Shape), ITensor> _tensors = [];

    /// <summary>The tensor of that name and shape; what stands in it is what its last user left.</summary>
    public ITensor Get(string name, TensorShape shape)
    {
        if (!_tensors.TryGetValue((name, shape), out ITensor? tensor))
        {
            tensor = engine.Allocate(shape);
            _tensors.Add((name, shape), tensor);
        }

        return tensor;
    }

    /// <summary>One value for each of <paramref name="images"/> images, [N].</summary>
    public ITensor PerImage(string name, int images) => Get(name, new TensorShape(images));

    /// <summary>Class labels [N].</summary>
    public ITensor Labels(string name, int images)
    {
        (string, TensorShape) key = (name, new TensorShape(images));
        if (!_tensors.TryGetValue(key, out ITensor? tensor))
        {
            tensor = engine.AllocateLabels(images);
            _tensors.Add(key, tensor);
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ITensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }

        _tensors.Clear();
    }
}
