using RobMask.Checkpoints;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>The data after the header of an npy file, as a tensor in C order.</summary>
internal static class NpyData
{
    /// <summary>Reads the elements; half precision is widened to float, which is exact.</summary>
    /// <param name="where">For messages: the file, with its member.</param>
    /// <param name="header">The header that stood before them.</param>
    /// <param name="fill">Fills a span from the next bytes.</param>
    /// <exception cref="InvalidDataException">A boolean is neither 0 nor 1.</exception>
    public static ITensor Read(string where, NpyHeader header, Action<Span<byte>> fill)
    {
        // An array in Fortran order is the transposed one in C order.
        TensorShape stored = header.FortranOrder ? new TensorShape([.. header.Shape.Extents.ToArray().Reverse()]) : header.Shape;
        ITensor tensor = header.Type == SafetensorsType.F16 ? Halves(stored, fill) : TensorBytes.Make(where, header.Length, header.Type, stored, fill);
        return header.FortranOrder && stored.Rank > 1
            ? tensor switch
            {
                DenseTensor<float> values => Transposed(values, header.Shape),
                DenseTensor<double> values => Transposed(values, header.Shape),
                DenseTensor<int> values => Transposed(values, header.Shape),
                DenseTensor<long> values => Transposed(values, header.Shape),
                DenseTensor<byte> values => Transposed(values, header.Shape),
                DenseTensor<bool> values => Transposed(values, header.Shape),
                _ => throw new ArgumentOutOfRangeException(nameof(header), header.Type, "npy: no tensor in memory has this element type"),
            }
            : tensor;
    }

    private static DenseTensor<float> Halves(TensorShape shape, Action<Span<byte>> fill)
    {
        byte[] bytes = new byte[sizeof(ushort) * shape.Length];
        fill(bytes);
        DenseTensor<float> tensor = new(shape);
        for (int i = 0; i < shape.Length; i++)
        {
            tensor.Span[i] = (float)BitConverter.ToHalf(bytes, sizeof(ushort) * i);
        }

        return tensor;
    }

    // Element (i₀, i₁, …) of the result is element (…, i₁, i₀) of what was stored: its first index runs fastest.
    private static DenseTensor<T> Transposed<T>(DenseTensor<T> stored, TensorShape shape)
        where T : unmanaged
    {
        DenseTensor<T> result = new(shape);
        int[] index = new int[shape.Rank];
        int[] stride = new int[shape.Rank];
        for (int d = 0, product = 1; d < stride.Length; product *= shape[d], d++)
        {
            stride[d] = product;
        }

        int from = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            result.Span[i] = stored.Span[from];
            for (int d = index.Length - 1; d >= 0; d--)
            {
                from += stride[d];
                if (++index[d] < shape[d])
                {
                    break;
                }

                from -= stride[d] * shape[d];
                index[d] = 0;
            }
        }

        return result;
    }
}
