namespace RobMask.Verification.Bounds;

/// <summary>Bounds of pgd_step. In L∞ the sign of a gradient is a decision; in L2 the step and the projection are continuous.</summary>
/// <remarks>
/// Theorems A1 and A2 of <c>docs/bounds.md</c>. Covered: clamping to origin ± ε or the perturbation to ±ε; scaling by ε/‖δ‖ once, or again and again until the rounded norm is at most ε.
/// </remarks>
internal static class PgdBounds
{
    private const string Theorem = "A1–A2, projected steps";
    private const double NormFloor = 1e-12;
    private const double Unit = ArithmeticModel.Unit * (1 + 1e-6);
    private const double Subnormal = 4 * (double)float.Epsilon;

    public static void Step(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        Approximate stepSize = Roundings.Setting(call.Number("step_size"));
        Approximate epsilon = Roundings.Setting(call.Number("epsilon"));
        Approximate low = Roundings.Setting(call.Number("min"));
        Approximate high = Roundings.Setting(call.Number("max"));
        if (!(low.Value <= high.Value))
        {
            throw new ArgumentException($"pgd_step: min = {low.Value}, max = {high.Value}; expected min ≤ max");
        }

        ApproximateSpan x = input.Elements;
        ApproximateSpan origin = call.Input("origin").Elements;
        ApproximateSpan gradient = call.Input("grad").Elements;
        ApproximateSpan output = call.Output("output", input.Shape, Theorem).Elements;
        bool linf = call.Choice("norm") == "linf";
        int length = input.Shape.LengthPerImage;
        for (int start = 0; start + length <= x.Length && length > 0; start += length)
        {
            if (linf)
            {
                Linf(x.Slice(start, length), origin.Slice(start, length), gradient.Slice(start, length), stepSize, epsilon, output.Slice(start, length));
            }
            else
            {
                L2(x.Slice(start, length), origin.Slice(start, length), gradient.Slice(start, length), stepSize, epsilon, output.Slice(start, length));
            }
        }

        for (int i = 0; i < output.Length; i++)
        {
            output[i] = double.IsNaN(output[i].Value) ? output[i] : Clamp(output[i], low, high);
        }
    }

    private static void Linf(ApproximateSpan x, ApproximateSpan origin, ApproximateSpan gradient, Approximate stepSize, Approximate epsilon, ApproximateSpan output)
    {
        for (int i = 0; i < x.Length; i++)
        {
            if (Special(x[i], origin[i], gradient[i]) is { } special)
            {
                output[i] = special;
                continue;
            }

            Approximate g = gradient[i];
            Approximate step = g.Value > 0 ? stepSize : g.Value < 0 ? -stepSize : 0;
            bool isCertain = g.Error == 0 || Math.Abs(g.Value) > g.Error;

            // Where the sign is undecided the step may be anything from −α to α.
            step = isCertain ? step : new Approximate(step.Value, step.Error + stepSize.Magnitude + Math.Abs(step.Value));
            Approximate moved = (x[i] + step).Rounded();
            Approximate clamped = Clamp(moved, (origin[i] - epsilon).Rounded(), (origin[i] + epsilon).Rounded());
            Approximate perturbation = Clamp((moved - origin[i]).Rounded(), -epsilon, epsilon);
            output[i] = clamped.Or((origin[i] + perturbation).Rounded());
        }
    }

    private static void L2(ApproximateSpan x, ApproximateSpan origin, ApproximateSpan gradient, Approximate stepSize, Approximate epsilon, ApproximateSpan output)
    {
        bool isOpen = false;
        SumBound squares = default;
        for (int i = 0; i < x.Length; i++)
        {
            isOpen |= Special(x[i], origin[i], gradient[i]) is not null;
            squares.Add(gradient[i] * gradient[i]);
        }

        Approximate norm = Norm(squares, x.Length);
        if (isOpen || norm.IsUnknown)
        {
            for (int i = 0; i < x.Length; i++)
            {
                output[i] = Approximate.Unknown;
            }

            return;
        }

        // α/‖g‖ and a product, or g/‖g‖ and a product.
        Approximate factor = stepSize / Approximate.Max(norm, Roundings.Setting((double)(float)NormFloor));
        SumBound distances = default;
        double sizes = 0;
        for (int i = 0; i < x.Length; i++)
        {
            Approximate step = (factor * gradient[i]).Rounded(Approximate.Two);
            output[i] = (x[i] + step.Within(Subnormal * stepSize.Magnitude)).Rounded();
            Approximate difference = (output[i] - origin[i]).Rounded();
            distances.Add(difference * difference);
            sizes += Square(output[i].Magnitude + origin[i].Magnitude);
        }

        IntoBall(origin, Norm(distances, x.Length), Math.Sqrt(sizes), epsilon, output);
    }

    // Scaling δ by min(1, ε/D) is continuous in D; repeating it for the sake of rounding shrinks δ by no more than four times what rounding added to D, and rounds each pixel again.
    private static void IntoBall(ApproximateSpan origin, Approximate distance, double size, Approximate epsilon, ApproximateSpan output)
    {
        if (distance.Value + distance.Error + (2 * Unit * size) <= epsilon.Value - epsilon.Error)
        {
            for (int i = 0; i < output.Length; i++)
            {
                // Moved by a perturbation that is added to the origin again.
                output[i] = output[i].Or((origin[i] + (output[i] - origin[i]).Rounded()).Rounded());
            }

            return;
        }

        if (distance.IsUnknown)
        {
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = Approximate.Unknown;
            }

            return;
        }

        double rounding = 2 * Unit * size;
        double relative = epsilon.Value > 0 ? 4 * rounding / epsilon.Value : double.PositiveInfinity;
        double repetitions = relative > 1.0 / 64 ? 21 : 2 + Math.Max(0, Math.Ceiling(Math.Log2(relative / ArithmeticModel.Unit)));
        Approximate scale = distance.Value <= 0 ? 1 : (epsilon / distance).Rounded(Approximate.Two);
        scale = Approximate.Min(1, scale);
        if (scale.IsUnknown)
        {
            scale = new Approximate(scale.Value, 1);
        }

        scale = scale.Within(relative > 1.0 / 64 ? 1 : relative);
        for (int i = 0; i < output.Length; i++)
        {
            Approximate difference = (output[i] - origin[i]).Rounded();
            Approximate moved = origin[i] + (difference * scale);
            double pixel = output[i].Magnitude + (2 * origin[i].Magnitude);
            output[i] = moved.Within((repetitions * 3 * Unit * pixel) + (repetitions * Subnormal));
        }
    }

    // A root of a sum of squares in any order.
    private static Approximate Norm(in SumBound squares, int terms)
    {
        Approximate sum = squares.Total(1).Within(terms * Subnormal);
        double root = Math.Sqrt(Math.Max(0, sum.Value));
        double error = Math.Max(Math.Sqrt(Math.Max(0, sum.Value + sum.Error)) - root, root - Math.Sqrt(Math.Max(0, sum.Value - sum.Error)));
        return sum.IsUnknown || !double.IsFinite(sum.Value) ? Approximate.Unknown : new Approximate(root, error).Rounded();
    }

    private static double Square(double x) => x * x;

    // NaN stays NaN; what an infinity or a NaN of another operand does to a clamp differs between implementations.
    private static Approximate? Special(Approximate x, Approximate origin, Approximate gradient) =>
        double.IsFinite(x.Value + origin.Value + gradient.Value) && !x.IsUnknown && !origin.IsUnknown && !gradient.IsUnknown ? null
        : double.IsNaN(x.Value) && !x.IsUnknown ? double.NaN
        : Approximate.Unknown;

    // min(max(x, low), high) by its least and greatest values.
    private static Approximate Clamp(Approximate x, Approximate low, Approximate high)
    {
        double value = Math.Min(Math.Max(x.Value, low.Value), high.Value);
        double greatest = Math.Min(Math.Max(x.Value + x.Error, low.Value + low.Error), high.Value + high.Error);
        double least = Math.Min(Math.Max(x.Value - x.Error, low.Value - low.Error), high.Value - high.Error);
        double error = Math.Max(greatest - value, value - least);
        return new Approximate(value, double.IsFinite(value) && !x.IsUnknown ? error * (1 + 1e-15) : double.PositiveInfinity);
    }
}
