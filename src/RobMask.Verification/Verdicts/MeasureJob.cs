using System.Buffers;
using RobMask.Kernels;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts;

/// <summary>Measures an output in parts of whole planes; the parts are put together in their order, so the number of threads never shows.</summary>
internal readonly struct MeasureJob : IWorkerJob
{
    private const int PartLength = 1 << 16;
    private const int ChunkLength = 1 << 12;
    private readonly Evidence _evidence;
    private readonly BoundedTensor _expected;
    private readonly int _planeLength;
    private readonly int _planesOfPart;
    private readonly Measurement[] _parts;
    private readonly BiasSums[] _planes;

    private MeasureJob(Evidence evidence, BoundedTensor expected)
    {
        _evidence = evidence;
        _expected = expected;
        TensorShape shape = expected.Shape;

        // Of two dimensions at most, an element is a plane: its errors are grouped by both indices.
        _planeLength = shape.Rank < 2 || shape.Length == 0 ? Math.Max(1, shape.Length) : shape.Length / shape[0] / shape[1];
        _planes = new BiasSums[(shape.Length + _planeLength - 1) / _planeLength];
        _planesOfPart = Math.Max(1, PartLength / _planeLength);
        _parts = new Measurement[(_planes.Length + _planesOfPart - 1) / _planesOfPart];
    }

    /// <summary>Measures all of it.</summary>
    public static (Measurement Total, BiasSums[] Planes) Of(Evidence evidence, BoundedTensor expected)
    {
        MeasureJob job = new(evidence, expected);
        Workers.For(job._parts.Length, job);
        Measurement total = new();
        foreach (Measurement part in job._parts)
        {
            total.Add(part);
        }

        return (total, job._planes);
    }

    /// <inheritdoc/>
    public void Run(int index, int worker)
    {
        Measurement part = new();
        double[] got = ArrayPool<double>.Shared.Rent(ChunkLength);
        double[] bits = ArrayPool<double>.Shared.Rent(ChunkLength);
        int last = Math.Min(_planes.Length, (index + 1) * _planesOfPart);
        for (int plane = index * _planesOfPart; plane < last; plane++)
        {
            int end = Math.Min(_expected.Shape.Length, (plane + 1) * _planeLength);
            for (int start = plane * _planeLength; start < end; start += ChunkLength)
            {
                int count = Math.Min(ChunkLength, end - start);
                part.Add(
                    start,
                    Chunk(_evidence.Got, start, got, count),
                    _expected.Value.Span.Slice(start, count),
                    _expected.Bound is null ? [] : _expected.Bound.Span.Slice(start, count),
                    _evidence.Stored,
                    _evidence.Bits is null ? [] : Chunk(_evidence.Bits, start, bits, count),
                    ref _planes[plane]);
            }
        }

        ArrayPool<double>.Shared.Return(got);
        ArrayPool<double>.Shared.Return(bits);
        _parts[index] = part;
    }

    private static ReadOnlySpan<double> Chunk(ITensor tensor, int start, double[] buffer, int count)
    {
        if (tensor is DenseTensor<double> wide)
        {
            return wide.Span.Slice(start, count);
        }

        TensorNumbers.Copy(tensor, start, buffer.AsSpan(0, count));
        return buffer.AsSpan(0, count);
    }
}
