using RobMask.Tensors;
using Xunit.Sdk;

namespace RobMask.Tests;

/// <summary>Compares a gradient with central differences in double: the one checker for every operation and network.</summary>
/// <remarks>
/// The derivative of a scalar objective is taken by the five-point formula (−f(x+2h) + 8f(x+h) − 8f(x−h) + f(x−2h))/(12h) with h = 10⁻³ (Abramowitz and Stegun 25.3.6).
/// Its truncation is h⁴/30·|f⁽⁵⁾| = 3·10⁻¹⁴·|f⁽⁵⁾|, its rounding about 1.5·2⁻⁵³/h·|f| = 2·10⁻¹³·|f| times the roundings in f. So 10⁻⁸ of the size of f and of the
/// gradient leaves ample room for both and none for a wrong formula. Where a function has kinks, the caller keeps its data 2h away from them.
/// </remarks>
public static class GradientCheck
{
    /// <summary>Half the distance between the inner points of the formula; kinks must be farther than twice this.</summary>
    public const double Step = 1e-3;

    private const double Tolerance = 1e-8;

    /// <summary>Fails unless <paramref name="gradient"/> is the gradient of <paramref name="objective"/> by <paramref name="variable"/>.</summary>
    /// <param name="name">For the message.</param>
    /// <param name="variable">What is varied; restored afterwards.</param>
    /// <param name="gradient">As many elements, what is checked.</param>
    /// <param name="objective">Reads the variable and returns the scalar; it must not write to the variable or the gradient.</param>
    public static void Matches(string name, DenseTensor<double> variable, DenseTensor<double> gradient, Func<double> objective)
    {
        if (variable.Length != gradient.Length)
        {
            throw new XunitException($"{name}: {variable.Shape} has a gradient of shape {gradient.Shape}");
        }

        double centre = Math.Abs(objective());
        double size = centre;
        foreach (double value in gradient.Span)
        {
            size = Math.Max(size, Math.Abs(value));
        }

        for (int i = 0; i < variable.Length; i++)
        {
            double expected = Derivative(variable, i, objective);
            double error = Math.Abs(gradient.Span[i] - expected);
            if (!(error <= Tolerance * Math.Max(size, 1)))
            {
                throw new XunitException($"{name}: element {i} of {variable.Shape}: gradient {gradient.Span[i]:R}, central difference {expected:R}, apart by {error:E2} > {Tolerance * Math.Max(size, 1):E2}");
            }
        }
    }

    /// <summary>Σ weight_i·value_i: the scalar objective whose gradient by the values is the weights.</summary>
    public static double Weighted(DenseTensor<double> values, DenseTensor<double> weights)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += values.Span[i] * weights.Span[i];
        }

        return sum;
    }

    private static double Derivative(DenseTensor<double> variable, int index, Func<double> objective)
    {
        double origin = variable.Span[index];
        double At(double offset)
        {
            variable.Span[index] = origin + offset;
            return objective();
        }

        double result = (At(-2 * Step) - At(2 * Step) + (8 * (At(Step) - At(-Step)))) / (12 * Step);
        variable.Span[index] = origin;
        return result;
    }
}
