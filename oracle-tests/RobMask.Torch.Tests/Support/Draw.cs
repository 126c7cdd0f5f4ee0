using System.Numerics;
using RobMask.Tensors;

namespace RobMask.Torch.Tests.Support;

/// <summary>Test values from a seed; values of T = double are not floats, so that widening errors would show.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>The seed, for messages.</summary>
    public int Seed { get; } = seed;

    /// <summary>Uniform in low … high, both included.</summary>
    public int Integer(int low, int high) => _random.Next(low, high + 1);

    /// <summary>True half of the time.</summary>
    public bool Coin() => _random.Next(2) == 0;

    /// <summary>Uniform in low … high.</summary>
    public double Real(double low, double high) => low + ((high - low) * _random.NextDouble());

    /// <summary>Values of both signs over a few binary orders of magnitude.</summary>
    public DenseTensor<T> Values<T>(params ReadOnlySpan<int> extents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(extents);
        foreach (ref T value in tensor.Span)
        {
            value = T.CreateChecked(Real(-1, 1) * Math.ScaleB(1, Integer(-2, 2)));
        }

        return tensor;
    }

    /// <summary>Uniform values.</summary>
    public DenseTensor<T> Uniform<T>(double low, double high, params ReadOnlySpan<int> extents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> tensor = new(extents);
        foreach (ref T value in tensor.Span)
        {
            value = T.CreateChecked(Real(low, high));
        }

        return tensor;
    }

    /// <summary>Class labels below <paramref name="classes"/>.</summary>
    public DenseTensor<int> Labels(int images, int classes)
    {
        DenseTensor<int> labels = new(images);
        foreach (ref int label in labels.Span)
        {
            label = _random.Next(classes);
        }

        return labels;
    }
}
