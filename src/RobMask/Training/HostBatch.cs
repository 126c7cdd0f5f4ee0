using RobMask.Attacks;
using RobMask.Data;
using RobMask.Kernels;
using RobMask.Networks;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Consecutive images of a data set, checked, in host memory.</summary>
internal sealed class HostBatch
{
    private readonly Dataset _data;
    private readonly float[] _pixels;
    private readonly int[] _labels;
    private readonly int[] _indices;
    private readonly bool _requireUnitBox;

    public HostBatch(Dataset data, NetworkGraph graph, int capacity, bool requireUnitBox)
    {
        RequireFit(data, graph);
        _data = data;
        _pixels = new float[capacity * data.ImageShape.Length];
        _labels = new int[capacity];
        _indices = new int[capacity];
        _requireUnitBox = requireUnitBox || data.Bounded;
    }

    public int Count { get; private set; }

    public Span<float> Pixels => _pixels.AsSpan(0, Count * _data.ImageShape.Length);

    public Span<int> Labels => _labels.AsSpan(0, Count);

    public TensorShape Shape => _data.ImageShape.Prepend(Count);

    /// <summary>Checks that the images and classes of a data set are those of a network.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void RequireFit(Dataset data, NetworkGraph graph)
    {
        if (!data.ImageShape.Equals(graph.InputShape))
        {
            throw new ArgumentException($"data {data.Name}: images are {data.ImageShape}, network {graph.Name} reads {graph.InputShape}");
        }

        if (data.ClassNames.Count != graph.OutputShape.Length)
        {
            throw new ArgumentException($"data {data.Name}: {data.ClassNames.Count} classes, network {graph.Name} has {graph.OutputShape.Length}");
        }
    }

    /// <summary>Reads images <paramref name="start"/> to <paramref name="start"/> + <paramref name="count"/> − 1.</summary>
    /// <exception cref="ArgumentException">A pixel is not a number, or outside [0, 1] where it must lie inside.</exception>
    public void Read(int start, int count) => Read([.. Enumerable.Range(start, count)]);

    /// <summary>Reads the images of given places.</summary>
    /// <inheritdoc cref="Read(int, int)"/>
    public void Read(ReadOnlySpan<int> indices)
    {
        Count = indices.Length;
        indices.CopyTo(_indices);
        Workers.For(Count, new CopyJob(this));
        int length = _data.ImageShape.Length;
        for (int n = 0; n < indices.Length; n++)
        {
            _labels[n] = _data.Label(indices[n]);
            Check(_pixels.AsSpan(n * length, length), indices[n]);
        }
    }

    private void Check(ReadOnlySpan<float> image, int index)
    {
        if (_requireUnitBox)
        {
            PointCheck.RequireUnitBox(image, index, image.Length);
            return;
        }

        foreach (float pixel in image)
        {
            if (!float.IsFinite(pixel))
            {
                throw new ArgumentException($"data {_data.Name}: image {index} has a pixel that is {pixel}");
            }
        }
    }

    // Images may have to be decoded, so every worker takes some.
    private readonly struct CopyJob(HostBatch batch) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            int length = batch._data.ImageShape.Length;
            batch._data.CopyImage(batch._indices[index], batch._pixels.AsSpan(index * length, length));
        }
    }
}
