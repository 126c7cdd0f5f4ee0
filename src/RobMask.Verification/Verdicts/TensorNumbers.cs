using System.Numerics.Tensors;
using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts;

/// <summary>Tensors of any element type as doubles; a decision becomes 0 or 1.</summary>
internal static class TensorNumbers
{
    /// <summary>All elements: the tensor itself where it is one of doubles.</summary>
    /// <exception cref="ArgumentException">The tensor is not one of numbers in managed memory.</exception>
    public static DenseTensor<double> Of(ITensor tensor)
    {
        if (tensor is DenseTensor<double> wide)
        {
            return wide;
        }

        DenseTensor<double> numbers = new(tensor.Shape);
        Copy(tensor, 0, numbers.Span);
        return numbers;
    }

    /// <summary>Elements from <paramref name="start"/> on.</summary>
    /// <inheritdoc cref="Of"/>
    public static void Copy(ITensor tensor, int start, Span<double> destination)
    {
        switch (tensor)
        {
            case DenseTensor<double> values: values.Span.Slice(start, destination.Length).CopyTo(destination); break;
            case DenseTensor<float> values: TensorPrimitives.ConvertTruncating<float, double>(values.Span.Slice(start, destination.Length), destination); break;
            case DenseTensor<int> values: TensorPrimitives.ConvertTruncating<int, double>(values.Span.Slice(start, destination.Length), destination); break;
            case DenseTensor<long> values: TensorPrimitives.ConvertTruncating<long, double>(values.Span.Slice(start, destination.Length), destination); break;
            case DenseTensor<byte> values: TensorPrimitives.ConvertTruncating<byte, double>(values.Span.Slice(start, destination.Length), destination); break;
            case DenseTensor<bool> values: Decide(values.Span.Slice(start, destination.Length), destination); break;
            default: throw new ArgumentException($"a {tensor.GetType().Name} is no tensor of numbers in managed memory", nameof(tensor));
        }
    }

    private static void Decide(ReadOnlySpan<bool> decisions, Span<double> destination)
    {
        for (int i = 0; i < decisions.Length; i++)
        {
            destination[i] = decisions[i] ? 1 : 0;
        }
    }
}
