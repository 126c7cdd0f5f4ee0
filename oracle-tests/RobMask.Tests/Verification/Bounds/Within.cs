using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Files;
using Xunit.Sdk;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Compares a float result with bounds: the rule of the verdicts, written down once more.</summary>
internal static class Within
{
    /// <summary>Fails where an element is beyond its bound; returns the largest err / bound among elements with a bound.</summary>
    public static double Check(BoundCase one, string how, IReadOnlyList<BoundedOutput> bounds, IReadOnlyList<NamedTensor> got)
    {
        double largest = 0;
        if (bounds.Count != got.Count)
        {
            throw new XunitException($"{one}: {bounds.Count} outputs are bounded, {got.Count} given");
        }

        for (int output = 0; output < bounds.Count; output++)
        {
            BoundedOutput bound = bounds[output];
            if (bound.Name != got[output].Name || !bound.Tensor.Shape.Equals(got[output].Tensor.Shape))
            {
                throw new XunitException($"{one}: output {bound.Name} {bound.Tensor.Shape} is bounded, {got[output].Name} {got[output].Tensor.Shape} given");
            }

            for (int i = 0; i < bound.Tensor.Shape.Length; i++)
            {
                double actual = Element(got[output].Tensor, i);
                double value = bound.Tensor.Value.Span[i];
                double limit = bound.Tensor.Bound is null ? 0 : bound.Tensor.Bound.Span[i];
                double ratio = Ratio(actual, value, limit);
                if (!(ratio <= 1))
                {
                    throw new XunitException($"{one}, {how}: {bound.Name}[{i}] is {actual:R}, value {value:R}, bound {limit:R}, err / bound {ratio}");
                }

                largest = limit > 0 ? Math.Max(largest, ratio) : largest;
            }
        }

        return largest;
    }

    /// <summary>Whether some element is beyond its bound.</summary>
    public static bool IsBroken(BoundedOutput bound, ReadOnlySpan<float> got)
    {
        bool broken = false;
        for (int i = 0; i < got.Length; i++)
        {
            broken |= !(Ratio(got[i], bound.Tensor.Value.Span[i], bound.Tensor.Bound is null ? 0 : bound.Tensor.Bound.Span[i]) <= 1);
        }

        return broken;
    }

    public static double Ratio(double actual, double value, double limit)
    {
        if (double.IsPositiveInfinity(limit) || actual.Equals(value) || actual == value)
        {
            return 0;
        }

        double distance = Math.Abs(actual - value);
        return double.IsFinite(distance) && double.IsFinite(limit) && limit >= 0 ? distance == 0 ? 0 : distance / limit : double.PositiveInfinity;
    }

    private static double Element(ITensor tensor, int i) => tensor switch
    {
        DenseTensor<float> floats => (double)floats.Span[i],
        DenseTensor<bool> flags => flags.Span[i] ? 1.0 : 0,
        DenseTensor<long> words => (double)words.Span[i],
        _ => throw new InvalidOperationException(tensor.GetType().Name),
    };
}
