using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Verdicts.Causes;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Details;

/// <summary>Draws the errors of an output small: the greatest error / bound by image and channel, by place in a plane, and of the planes of the worst elements.</summary>
internal sealed class MapMaker
{
    private const int Side = 96;
    private const int Planes = 4;
    private readonly float[] _gauges;
    private readonly TensorShape _shape;

    private MapMaker(BoundedTensor expected, ITensor got, SafetensorsType stored)
    {
        _shape = expected.Shape;
        _gauges = new float[_shape.Length];
        DenseTensor<double> numbers = TensorNumbers.Of(got);
        for (int i = 0; i < _gauges.Length; i++)
        {
            JudgedElement element = Judge.Element(expected, numbers.Span[i], stored, i);
            _gauges[i] = double.IsPositiveInfinity(element.Bound) ? float.NaN : (float)element.Gauge;
        }
    }

    /// <summary>The pictures of one output; none of a scalar or an empty one.</summary>
    public static ErrorMaps Of(BoundedTensor expected, ITensor got, SafetensorsType stored, IReadOnlyList<JudgedElement> worst) =>
        expected.Shape.Length < 2 ? new ErrorMaps([]) : new ErrorMaps([.. new MapMaker(expected, got, stored).Draw(worst)]);

    private IEnumerable<ErrorMap> Draw(IReadOnlyList<JudgedElement> worst)
    {
        if (_shape.Rank < 2)
        {
            int width = Math.Min(_shape.Length, Side);
            yield return Picture("every element", "part", "element", (_shape.Length + width - 1) / width, width, 0, _shape.Length, i => (i / width, i % width));
            yield break;
        }

        int plane = _shape.Length / _shape[0] / _shape[1];
        yield return Picture($"by {PlacePatterns.Name(_shape, 0)} and {PlacePatterns.Name(_shape, 1)}", PlacePatterns.Name(_shape, 0), PlacePatterns.Name(_shape, 1), _shape[0], _shape[1], 0, _shape.Length, i => (i / plane / _shape[1], i / plane % _shape[1]));
        if (_shape.Rank != 4 || plane < 2)
        {
            yield break;
        }

        (int Row, int Column) InPlane(int i) => (i / _shape[3] % _shape[2], i % _shape[3]);
        yield return Picture("by place in the plane, over all images and channels", "row", "column", _shape[2], _shape[3], 0, _shape.Length, InPlane);
        foreach (int index in worst.Select(element => element.Index / plane).Distinct().Take(Planes))
        {
            yield return Picture($"image {index / _shape[1]}, channel {index % _shape[1]}", "row", "column", _shape[2], _shape[3], index * plane, plane, InPlane);
        }
    }

    // Larger pictures are made smaller: a cell shows the greatest of what falls on it, so that nothing is averaged away.
    private ErrorMap Picture(string title, string rows, string columns, int height, int width, int start, int count, Func<int, (int Row, int Column)> place)
    {
        (int shownHeight, int shownWidth) = (Math.Min(height, Side), Math.Min(width, Side));
        float[] cells = new float[shownHeight * shownWidth];
        Array.Fill(cells, float.NaN);
        for (int i = start; i < start + count; i++)
        {
            (int row, int column) = place(i);
            ref float cell = ref cells[((int)((long)row * shownHeight / height) * shownWidth) + (int)((long)column * shownWidth / width)];
            cell = float.IsNaN(cell) || _gauges[i] > cell ? _gauges[i] : cell;
        }

        return new ErrorMap(title, $"{height} {rows}s", $"{width} {columns}s", shownHeight, shownWidth, cells);
    }
}
