using RobMask.Tensors;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Checks.Laws;

/// <summary>Tensors rearranged, cut and mapped.</summary>
internal static class TensorCuts
{
    /// <summary>A tensor with the order of one dimension reversed.</summary>
    public static ITensor Reverse(ITensor tensor, int dimension) => tensor switch
    {
        DenseTensor<float> values => Reverse(values, dimension),
        DenseTensor<int> values => Reverse(values, dimension),
        _ => throw new ArgumentException("a case holds floats and labels", nameof(tensor)),
    };

    /// <summary>Where an element lies after reversing one dimension.</summary>
    public static int Reversed(TensorShape shape, int dimension, int index)
    {
        int inner = 1;
        for (int d = dimension + 1; d < shape.Rank; d++)
        {
            inner *= shape[d];
        }

        int extent = shape[dimension];
        int coordinate = index / inner % extent;
        return index + ((extent - 1 - (2 * coordinate)) * inner);
    }

    /// <summary>One image of a tensor, as a batch of one.</summary>
    public static ITensor Image(ITensor tensor, int n) => tensor switch
    {
        DenseTensor<float> values => Copy(values.Images(n, 1)),
        DenseTensor<int> values => Copy(values.Images(n, 1)),
        _ => throw new ArgumentException("a case holds floats and labels", nameof(tensor)),
    };

    /// <summary>A tensor with each number mapped.</summary>
    public static DenseTensor<float> Map(DenseTensor<float> tensor, Func<float, float> map)
    {
        DenseTensor<float> mapped = new(tensor.Shape);
        for (int i = 0; i < mapped.Length; i++)
        {
            mapped.Span[i] = map(tensor.Span[i]);
        }

        return mapped;
    }

    private static DenseTensor<T> Reverse<T>(DenseTensor<T> tensor, int dimension)
        where T : unmanaged
    {
        DenseTensor<T> reversed = new(tensor.Shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            reversed.Span[Reversed(tensor.Shape, dimension, i)] = tensor.Span[i];
        }

        return reversed;
    }

    private static DenseTensor<T> Copy<T>(DenseTensor<T> tensor)
        where T : unmanaged
    {
        DenseTensor<T> copy = new(tensor.Shape);
        tensor.Span.CopyTo(copy.Span);
        return copy;
    }
}
