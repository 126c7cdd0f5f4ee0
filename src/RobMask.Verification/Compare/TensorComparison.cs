using RobMask.Checkpoints;
using RobMask.Tensors;
using RobMask.Verification.Verdicts;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Compare;

/// <summary>How two tensors of one name differ. All NaN count as one; zeros of either sign are 0 ulp apart and have other bits.</summary>
public sealed record TensorComparison
{
    private const int ChunkLength = 1 << 12;

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The element type in either file.</summary>
    public required (SafetensorsType First, SafetensorsType Second) Types { get; init; }

    /// <summary>The shape in either file.</summary>
    public required (TensorShape First, TensorShape Second) Shapes { get; init; }

    /// <summary>Elements with the same bits, or in files of different types the same value; 0 where the shapes differ.</summary>
    public long SameCount { get; private set; }

    /// <summary>Elements of which only one is NaN, or only one is infinite: they have no distance.</summary>
    public long IncomparableCount { get; private set; }

    /// <summary>How many elements are 0, 1, 2, 3 to 4, 5 to 8, … ulp apart, in numbers of the coarser type.</summary>
    public UlpHistogram Ulps { get; } = new();

    /// <summary>The greatest |a − b|.</summary>
    public double GreatestAbsolute { get; private set; }

    /// <summary>The greatest |a − b| / max(|a|, |b|).</summary>
    public double GreatestRelative { get; private set; }

    /// <summary>The first element that differs, with both values; null where none does or the shapes differ.</summary>
    public (int Index, double First, double Second)? FirstDifference { get; private set; }

    /// <summary>Whether type, shape and all bits are the same.</summary>
    public bool IsSame => Types.First == Types.Second && Shapes.First.Equals(Shapes.Second) && SameCount == Shapes.First.Length;

    /// <summary>Compares two tensors.</summary>
    public static TensorComparison Of(string name, (SafetensorsType Type, ITensor Tensor) first, (SafetensorsType Type, ITensor Tensor) second)
    {
        TensorComparison comparison = new() { Name = name, Types = (first.Type, second.Type), Shapes = (first.Tensor.Shape, second.Tensor.Shape) };
        if (first.Tensor.Shape.Equals(second.Tensor.Shape))
        {
            comparison.Measure(first.Tensor, second.Tensor, first.Type.Size() <= second.Type.Size() ? first.Type : second.Type);
        }

        return comparison;
    }

    private void Measure(ITensor first, ITensor second, SafetensorsType coarser)
    {
        double[] a = new double[ChunkLength];
        double[] b = new double[ChunkLength];
        for (int start = 0; start < first.Shape.Length; start += ChunkLength)
        {
            int count = Math.Min(ChunkLength, first.Shape.Length - start);
            TensorNumbers.Copy(first, start, a.AsSpan(0, count));
            TensorNumbers.Copy(second, start, b.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                Measure(start + i, a[i], b[i], coarser);
            }
        }
    }

    private void Measure(int index, double x, double y, SafetensorsType coarser)
    {
        bool same = BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y) || (double.IsNaN(x) && double.IsNaN(y));
        if (same)
        {
            SameCount++;
            Ulps.Add(0);
            return;
        }

        FirstDifference ??= (index, x, y);
        if (!double.IsFinite(x) || !double.IsFinite(y))
        {
            IncomparableCount++;
            return;
        }

        Ulps.Add(UlpDistance.Of(coarser, x, y));
        double away = Math.Abs(x - y);
        GreatestAbsolute = Math.Max(GreatestAbsolute, away);
        GreatestRelative = Math.Max(GreatestRelative, away == 0 ? 0 : away / Math.Max(Math.Abs(x), Math.Abs(y)));
    }
}
