using System.Numerics;
using System.Runtime.Intrinsics;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Ops;

/// <summary>Standardisation of images by the data set's constants: (x − μ_c)/σ_c, inside the network, so that attacks see pixels.</summary>
/// <remarks>
/// PyTorch: torchvision's <c>normalize</c>. Shapes: [N, C, H, W] or [N, C]; μ, σ of C floats, widened to T. Element: the difference, then the quotient, each rounded
/// to T. Gradient: g/σ_c, one rounding. NaN and ±∞ follow IEEE 754. A destination may be its source.
/// </remarks>
public static class Standardise
{
    /// <summary>(x − μ)/σ.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Forward<T>(DenseTensor<T> input, ReadOnlySpan<float> mean, ReadOnlySpan<float> standardDeviation, DenseTensor<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Apply(nameof(input), input, mean, standardDeviation, output);

    /// <summary>The gradient of the images: g/σ.</summary>
    /// <exception cref="ArgumentException">Shapes disagree.</exception>
    public static void Backward<T>(DenseTensor<T> gradOutput, ReadOnlySpan<float> standardDeviation, DenseTensor<T> gradInput)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Apply(nameof(gradOutput), gradOutput, [], standardDeviation, gradInput);

    private static void Apply<T>(string name, DenseTensor<T> source, ReadOnlySpan<float> mean, ReadOnlySpan<float> standardDeviation, DenseTensor<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Planes planes = Planes.Of("standardise C1", name, source.Shape);
        Require.SameShape("standardise C1", "destination", destination, name, source);
        if (standardDeviation.Length != planes.Channels || (mean.Length != planes.Channels && !mean.IsEmpty))
        {
            throw new ArgumentException($"standardise C2: {mean.Length} means and {standardDeviation.Length} standard deviations for the {planes.Channels} channels of {source.Shape}", nameof(standardDeviation));
        }

        for (int n = 0; n < planes.Images; n++)
        {
            for (int c = 0; c < planes.Channels; c++)
            {
                ReadOnlySpan<T> plane = source.Span.Slice(planes.Start(n, c), planes.Length);
                Span<T> result = destination.Span.Slice(planes.Start(n, c), planes.Length);
                T sigma = Real.FromDouble<T>(standardDeviation[c]);
                if (mean.IsEmpty)
                {
                    RowMap.Apply<T, Quotient<T>>(plane, plane, sigma, sigma, sigma, result);
                }
                else
                {
                    RowMap.Apply<T, Standard<T>>(plane, plane, Real.FromDouble<T>(mean[c]), sigma, sigma, result);
                }
            }
        }
    }

    private readonly struct Standard<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => (x - a) / b;

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => (x - a) / b;
    }

    private readonly struct Quotient<T> : IRowMap<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static T Of(T x, T y, T a, T b, T c) => x / a;

        public static Vector512<T> Of(Vector512<T> x, Vector512<T> y, Vector512<T> a, Vector512<T> b, Vector512<T> c) => x / a;
    }
}
