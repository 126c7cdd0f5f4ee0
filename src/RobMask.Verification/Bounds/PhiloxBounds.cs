using RobMask.Tensors;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Bounds;

/// <summary>philox is exact: its numbers are integers, or floats that are rounded once from a stated sequence of double operations.</summary>
internal static class PhiloxBounds
{
    private const string Theorem = "E2, integers and stated sequences";

    public static void Draw(BoundCall call)
    {
        ITensor drawn = call.Run(new PhiloxOperation()).Single().Tensor;
        DenseTensor<double> values = drawn as DenseTensor<double> ?? new DenseTensor<double>(drawn.Shape);
        if (drawn is DenseTensor<long> words)
        {
            for (int i = 0; i < words.Length; i++)
            {
                values.Span[i] = words.Span[i];
            }
        }

        call.Output("output", new BoundedTensor(values), Theorem);
    }
}
