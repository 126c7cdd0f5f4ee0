using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Checks.Laws;

/// <summary>A projected step ends in the ball and in the box.</summary>
internal sealed class InBallAndBoxLaw() : Law("pgd_step stays in ball and box", "min ≤ output ≤ max, ‖output − origin‖ ≤ ε", "pgd_step")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        DenseTensor<float> origin = given.Input("origin");
        float low = Number(given, "min");
        float high = Number(given, "max");
        float epsilon = Number(given, "epsilon");
        if (!given.Asked.Has("output") || origin.Span.ToArray().Any(value => !(value >= low && value <= high)))
        {
            return null;
        }

        int length = origin.Shape.LengthPerImage;
        for (int n = 0; n < origin.Shape[0]; n++)
        {
            double square = 0;
            double rounding = 0;
            for (int i = n * length; i < (n + 1) * length; i++)
            {
                double x = given.Asked["output", i].Value;
                double distance = Math.Abs(x - origin.Span[i]);

                // The bound of the ball is itself a rounded number.
                double slack = 2 * ArithmeticModel.Unit * (Math.Abs(x) + epsilon);
                if (x < low || x > high)
                {
                    return new LawResult(string.Create(CultureInfo.InvariantCulture, $"output[{i}] = {x:R} is outside [{low}, {high}]"));
                }

                if (given.Attribute("norm") == "linf" && distance > epsilon + slack)
                {
                    return new LawResult(string.Create(CultureInfo.InvariantCulture, $"output[{i}] = {x:R} is {distance:R} from its origin; expected at most ε = {epsilon:R}"));
                }

                square += distance * distance;
                rounding += slack * slack;
            }

            if (given.Attribute("norm") == "l2" && Math.Sqrt(square) > (epsilon * (1 + ((length + 10) * ArithmeticModel.Unit))) + Math.Sqrt(rounding))
            {
                return new LawResult(string.Create(CultureInfo.InvariantCulture, $"image {n} is {Math.Sqrt(square):R} from its origin; expected at most ε = {epsilon:R}"));
            }
        }

        return LawResult.Held;
    }

    private static float Number(LawCase given, string name) => float.Parse(given.Attribute(name), CultureInfo.InvariantCulture);
}

/// <summary>A step of length 0 goes nowhere.</summary>
internal sealed class NoStepLaw() : Law("sgd with lr 0 leaves the parameters", "sgd_step with lr = 0 returns param, bit for bit", "sgd_step")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        // Zero times infinity is no zero; the buffer is huge only where the numbers are.
        if (given.Request.Inputs.Values.OfType<DenseTensor<float>>().Any(tensor => tensor.Span.ToArray().Any(value => !(Math.Abs(value) < 1e30f))))
        {
            return null;
        }

        LawRun still = given.Run(given.Request with { Attributes = new Dictionary<string, string>(given.Request.Attributes) { ["lr"] = "0" } });
        DenseTensor<float> param = given.Input("param");
        for (int i = 0; i < param.Length && still.Has("param"); i++)
        {
            if (still["param", i].Value != param.Span[i])
            {
                return LawResult.Broken("param", i, still["param", i].Value, param.Span[i], 0);
            }
        }

        return LawResult.Held;
    }
}

/// <summary>A counter-based generator has no state.</summary>
internal sealed class StatelessRandomLaw() : Law("philox has no state", "the same draw twice, and its first half alone, give the same numbers", "philox")
{
    /// <inheritdoc/>
    public override LawResult? Check(LawCase given)
    {
        int count = int.Parse(given.Attribute("count"), CultureInfo.InvariantCulture);
        LawRun half = given.Run(given.Request with { Attributes = new Dictionary<string, string>(given.Request.Attributes) { ["count"] = ((count + 1) / 2).ToString(CultureInfo.InvariantCulture) } });
        return Same(half, given.Asked, "output", "output");
    }
}
