using System.Globalization;
using System.Numerics;
using RobMask.Tensors;
using TorchSharp;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Support;

/// <summary>Compares our values with libtorch's by proven bounds: |error| ≤ roundings·u·magnitude, element by element.</summary>
/// <remarks>
/// The magnitude is the same expression evaluated on absolute values (Σ|a||b| for a sum of products), the roundings are the
/// greatest number of roundings between an input and the output: Higham, «Accuracy and Stability», §3.1; Jeannerod and Rump
/// 2013 for the form without a denominator. The value is libtorch's in double; its own error, at u = 2⁻⁵³, is added to the
/// bound. Where T is float, libtorch's own float result is held to the same bound, which tests the bound itself. The gauge
/// |error|/(u·magnitude) is what is reported.
/// </remarks>
internal sealed class Gauge<T>(ITestOutputHelper output, string operation)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double DoubleUnit = 1.1102230246251565e-16;

    private static readonly double _unit = typeof(T) == typeof(double) ? DoubleUnit : 5.9604644775390625e-08;

    /// <summary>The unit roundoff of T.</summary>
    public static double Unit => _unit;

    /// <summary>Compares one result.</summary>
    /// <param name="what">Which result, for messages.</param>
    /// <param name="ours">Our values.</param>
    /// <param name="reference">libtorch's values, computed in the type that it is given.</param>
    /// <param name="magnitude">The magnitude of each element, in double.</param>
    /// <param name="roundings">How many roundings of that magnitude are allowed.</param>
    public void Check(string what, DenseTensor<T> ours, Func<torch.ScalarType, torch.Tensor> reference, torch.Tensor magnitude, double roundings)
    {
        torch.Tensor value = reference(torch.ScalarType.Float64);
        Assert.Equal(value.shape, ours.Shape.ToTorch());
        double[] values = value.ToDoubles();
        double[] magnitudes = magnitude.expand(value.shape).ToDoubles();
        Compare(what, ours.ToDoubles(), values, magnitudes, roundings);
        if (typeof(T) == typeof(float))
        {
            Compare(what + ", libtorch's float", reference(torch.ScalarType.Float32).ToDoubles(), values, magnitudes, roundings);
        }
    }

    private void Compare(string what, double[] candidate, double[] values, double[] magnitudes, double roundings)
    {
        // A result below the least normal number has an absolute error instead: half the least subnormal a rounding.
        double underflow = typeof(T) == typeof(double) ? double.Epsilon : float.Epsilon;
        double leastNormal = typeof(T) == typeof(double) ? 2.2250738585072014e-308 : 1.17549435e-38;
        double worst = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double error = Math.Abs(candidate[i] - values[i]);
            double allowed = roundings * (((_unit + DoubleUnit) * magnitudes[i]) + underflow);
            if (!(error <= allowed))
            {
                Assert.Fail(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{operation} {what}: element {i} is {candidate[i]:R}, libtorch in double says {values[i]:R}: the error {error:E3} is above {roundings}·u·{magnitudes[i]:E3} = {allowed:E3}"));
            }

            if (magnitudes[i] >= leastNormal)
            {
                worst = Math.Max(worst, error / (_unit * magnitudes[i]));
            }
        }

        string type = typeof(T) == typeof(double) ? "double" : "float";
        GaugeTable.Add($"{operation.Split('[')[0].Trim()} {what} ({type})", worst, roundings);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operation} {what} ({type}): gauge {worst:F2} of {roundings:F0}"));
    }
}
