using RobMask.Data;
using RobMask.Engines;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Masking;

/// <summary>Compares two masks of one network, layer by layer, on the same images.</summary>
/// <remarks>
/// The feature mask of a layer is m = 1[z > 0] at the output z of its rescaling. «The same images» are those at the
/// network's input: the second layer's own input already differs where the first layer's masks do, as it would in use.
/// Running statistics normalise, so no result depends on the batch.
/// </remarks>
public static class MaskComparison
{
    /// <summary>Runs the first <paramref name="images"/> images of a data set under each mask and counts.</summary>
    /// <exception cref="ArgumentException">There are no images, or they do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<LayerComparison> Compare(
        IEngine engine,
        IModel model,
        MaskChoice first,
        MaskChoice second,
        Dataset data,
        int images,
        int firstStatisticsSet = 0,
        int secondStatisticsSet = 0,
        int batchSize = 100,
        CancellationToken cancellation = default)
    {
        images = Math.Min(images, data.Count);
        if (images < 1 || batchSize < 1)
        {
            throw new ArgumentException($"mask comparison: {images} images in batches of {batchSize}; at least 1 of each is needed");
        }

        MaskSet firstMask = MaskSet.FromChoice(engine, model, first);
        MaskSet secondMask = MaskSet.FromChoice(engine, model, second);
        NetworkGraph graph = model.Graph;
        LayerCounts[] counts = [.. graph.RescaleLayers.Select(layer => new LayerCounts(layer.Shape, Math.Min(batchSize, images)))];
        int[] nodes = [.. Enumerable.Range(0, graph.Nodes.Count).Where(i => graph.Nodes[i] is RescaleNode)];
        HostBatch batch = new(data, graph, Math.Min(batchSize, images), requireUnitBox: false);
        using ITape tape = model.CreateTape(Math.Min(batchSize, images));
        for (int start = 0; start < images; start += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Read(start, Math.Min(batchSize, images - start));
            using ITensor input = engine.Allocate(batch.Shape);
            engine.Upload(batch.Pixels, input);
            tape.Forward(input, new ForwardOptions(first) { StatisticsSet = firstStatisticsSet, KeepActivations = true });
            for (int l = 0; l < counts.Length; l++)
            {
                counts[l].AddFirst(engine, tape.Activation(nodes[l]));
            }

            tape.Forward(input, new ForwardOptions(second) { StatisticsSet = secondStatisticsSet, KeepActivations = true });
            for (int l = 0; l < counts.Length; l++)
            {
                counts[l].AddSecond(engine, tape.Activation(nodes[l]));
            }
        }

        return [.. counts.Select((count, l) => count.Result(firstMask.Layers[l], secondMask.Layers[l]))];
    }

    private static double Distance(IReadOnlyList<float> left, IReadOnlyList<float> right) =>
        Math.Sqrt(left.Zip(right).Sum(pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second)));

    private static double Cosine(IReadOnlyList<float> left, IReadOnlyList<float> right)
    {
        double product = left.Zip(right).Sum(pair => (double)pair.First * pair.Second);
        double lengths = left.Sum(value => (double)value * value) * right.Sum(value => (double)value * value);
        return lengths == 0 ? double.NaN : product / Math.Sqrt(lengths);
    }

    /// <summary>Counts of one layer.</summary>
    private sealed class LayerCounts(TensorShape shape, int capacity)
    {
        private readonly int _channels = shape[0];
        private readonly int _positions = shape.Length / shape[0];
        private readonly float[] _values = new float[capacity * shape.Length];
        private readonly bool[] _bits = new bool[capacity * shape.Length];
        private readonly long[] _firstOpen = new long[shape[0]];
        private readonly long[] _secondOpen = new long[shape[0]];
        private long _images;
        private long _differing;

        public void AddFirst(IEngine engine, ITensor z)
        {
            Span<float> values = Download(engine, z);
            for (int plane = 0; plane < values.Length / _positions; plane++)
            {
                int open = 0;
                for (int i = plane * _positions; i < (plane + 1) * _positions; i++)
                {
                    _bits[i] = values[i] > 0;
                    open += _bits[i] ? 1 : 0;
                }

                _firstOpen[plane % _channels] += open;
            }

            _images += z.Shape[0];
        }

        public void AddSecond(IEngine engine, ITensor z)
        {
            Span<float> values = Download(engine, z);
            for (int plane = 0; plane < values.Length / _positions; plane++)
            {
                int open = 0;
                for (int i = plane * _positions; i < (plane + 1) * _positions; i++)
                {
                    bool passes = values[i] > 0;
                    open += passes ? 1 : 0;
                    _differing += passes != _bits[i] ? 1 : 0;
                }

                _secondOpen[plane % _channels] += open;
            }
        }

        public LayerComparison Result(MaskLayer first, MaskLayer second)
        {
            double each = (double)_images * _positions;
            return new LayerComparison(
                first.Name,
                _channels,
                [.. _firstOpen.Select(count => count / each)],
                [.. _secondOpen.Select(count => count / each)],
                _differing / (each * _channels),
                Cosine(first.Gamma, second.Gamma),
                Distance(first.Gamma, second.Gamma),
                Distance(first.Beta, second.Beta));
        }

        private Span<float> Download(IEngine engine, ITensor z)
        {
            Span<float> values = _values.AsSpan(0, z.Shape.Length);
            engine.Download(z, values);
            return values;
        }
    }
}
