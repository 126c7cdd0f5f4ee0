using System.Globalization;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts;

/// <summary>Whether errors of long sums, though within their bounds, are greater than independent roundings make them.</summary>
/// <remarks>
/// Of n products summed in float, |ŝ − s| ≤ λ√n·u·g with probability at least 1 − 2n·exp(−λ²/2) where roundings are
/// independent with mean 0 (Higham and Mary, SIAM J. Sci. Comput. 41(5), 2019); the proven bound has n for λ√n. λ is
/// chosen so that all N elements of an output keep it but for a chance of <see cref="Chance"/>. Data of one sign and
/// truncation break the assumption: it is a remark, never a verdict.
/// </remarks>
internal static class SizeTest
{
    /// <summary>The chance that independent roundings are remarked on, for a whole output.</summary>
    public const double Chance = 1e-6;

    /// <summary>A remark; null where there is none.</summary>
    /// <param name="gauge">The greatest error / bound in float.</param>
    /// <param name="terms">n.</param>
    /// <param name="elements">N.</param>
    /// <param name="declared">The precision; the assumption is about float alone.</param>
    public static string? Of(double gauge, long terms, long elements, ArithmeticModel declared)
    {
        if (declared != ArithmeticModel.Fp32 || terms < 1 || elements < 1)
        {
            return null;
        }

        double usual = Math.Sqrt(2 * Math.Log(2.0 * terms * elements / Chance) / terms);
        return gauge > usual && gauge <= 1
            ? string.Create(CultureInfo.InvariantCulture, $"errors are within their bounds, but up to {gauge:G3} of them; independent roundings of {terms} terms would stay below {usual:G3}")
            : null;
    }
}
