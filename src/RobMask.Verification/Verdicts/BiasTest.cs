using System.Globalization;
using RobMask.Tensors;

namespace RobMask.Verification.Verdicts;

/// <summary>Whether signed errors lean to one side.</summary>
/// <remarks>
/// z = Σe / √Σe². Where the errors are independent and each is as likely positive as negative, z has mean 0 and variance 1
/// whatever their sizes, and |z| ≥ t has probability at most 2·exp(−t²/2) for any number of them (Hoeffding 1963, given the
/// sizes). <see cref="Element"/> = 6 makes that 3·10⁻⁸. Errors of one channel that share a rounded weight, or of one image
/// that share a rounded input, are not independent; so the sums over each channel, and over each image, are tested in the
/// same way, as one error each, with <see cref="Group"/> = 4 (7·10⁻⁴). Only where all of them lean is that said, and never of
/// fewer than <see cref="LeastGroups"/> channels or images, which cannot tell; and it is a remark, never a verdict.
/// </remarks>
internal static class BiasTest
{
    /// <summary>The least |z| over elements.</summary>
    public const double Element = 6;

    /// <summary>The least |z| over sums of channels or images.</summary>
    public const double Group = 4;

    /// <summary>Fewer channels or images cannot reach <see cref="Group"/>: |z| is at most the root of their number.</summary>
    public const int LeastGroups = 20;

    /// <summary>z of errors as they are, z of errors counted positive away from zero, and a remark where one of them leans.</summary>
    /// <param name="shape">The output's shape.</param>
    /// <param name="planes">Sums over each plane: the elements that share their first two indices, or all.</param>
    public static (double Bias, double FromZero, string? Remark) Of(TensorShape shape, ReadOnlySpan<BiasSums> planes)
    {
        BiasSums all = default;
        foreach (ref readonly BiasSums plane in planes)
        {
            all.Add(plane);
        }

        double bias = Score(all.Sum, all.Squares);
        double fromZero = Score(all.FromZero, all.SquaresFromZero);
        bool grouped = shape.Rank >= 2 && planes.Length == shape[0] * shape[1];
        string? remark = null;
        if (Math.Abs(fromZero) >= Element && (!grouped || Leans(shape, planes, static sums => sums.FromZero)))
        {
            remark = Text(fromZero, fromZero < 0 ? "toward zero, as truncation does" : "away from zero");
        }
        else if (Math.Abs(bias) >= Element && (!grouped || Leans(shape, planes, static sums => sums.Sum)))
        {
            remark = Text(bias, bias < 0 ? "downward" : "upward");
        }

        return (bias, fromZero, remark);
    }

    private static string Text(double z, string side) => string.Create(CultureInfo.InvariantCulture, $"errors lean {side} (z = {z:0.#})");

    private static double Score(double sum, double squares) => squares > 0 ? sum / Math.Sqrt(squares) : 0;

    private static bool Leans(TensorShape shape, ReadOnlySpan<BiasSums> planes, Func<BiasSums, double> sum)
    {
        double[] images = new double[shape[0]];
        double[] channels = new double[shape[1]];
        for (int i = 0; i < planes.Length; i++)
        {
            images[i / channels.Length] += sum(planes[i]);
            channels[i % channels.Length] += sum(planes[i]);
        }

        return Lean(images) && Lean(channels);
    }

    private static bool Lean(double[] groups) => groups.Length >= LeastGroups && Math.Abs(Score(groups.Sum(), groups.Sum(x => x * x))) >= Group;
}
