namespace RobMask.Verification.Bounds;

/// <summary>A real number that is known to within an error: |x − <see cref="Value"/>| ≤ <see cref="Error"/>.</summary>
/// <remarks>
/// <para>The operators are those of real numbers: they carry the errors of their operands and add what double rounding does to
/// the value here. What an implementation's own rounding does is added by <see cref="Rounded"/>, once for every operation
/// that it rounds; leaving a rounding out, as a fused operation does, only makes the true error smaller. An error of 0 says that the value
/// is the real number itself, and such a value that is a float is not rounded at all.</para>
/// <para>A value of NaN or ±∞ with a finite error is certain: every implementation has it. An error of +∞ (or NaN) says nothing.</para>
/// </remarks>
internal readonly record struct Approximate(double Value, double Error = 0)
{
    // Twice the unit roundoff of double: covers the rounding of the value and of the error beside it.
    private const double Double = 1.0 / (1L << 52);
    private const double DoubleFloor = 4 * double.Epsilon;

    // 2⁻¹⁵⁰, half the spacing of the subnormal floats, and 2⁻¹²⁶, below which exp may be flushed to zero.
    private const double HalfSubnormal = 1.0 / (1L << 50) / (1L << 50) / (1L << 50);
    private const double LeastNormal = 1.0 / (1L << 42) / (1L << 42) / (1L << 42);

    /// <summary>Nothing is said.</summary>
    public static Approximate Unknown => new(double.NaN, double.PositiveInfinity);

    /// <summary>The greatest magnitude that the number may have.</summary>
    public double Magnitude => Math.Abs(Value) + Error;

    /// <summary>Whether the error leaves nothing to be said.</summary>
    public bool IsUnknown => !(Error < double.PositiveInfinity);

    /// <summary>The error as a bound beside the value: 0 where a NaN or an infinity is certain.</summary>
    public double ErrorToKeep => IsUnknown ? double.PositiveInfinity : double.IsFinite(Value) ? Error : 0;

    public static implicit operator Approximate(double exact) => new(exact);

    public static Approximate operator -(Approximate x) => new(-x.Value, x.Error);

    public static Approximate operator +(Approximate x, Approximate y)
    {
        double sum = x.Value + y.Value;
        double error = x.Error + y.Error;

        // Dekker's test, with the larger operand in one of its halves: the double sum has no rounding error.
        return error == 0 && sum - x.Value == y.Value && sum - y.Value == x.Value ? new(sum) : Of(sum, error);
    }

    public static Approximate operator -(Approximate x, Approximate y) => x + -y;

    public static Approximate operator *(Approximate x, Approximate y)
    {
        double product = x.Value * y.Value;
        if (!double.IsFinite(product))
        {
            bool certain = !x.IsUnknown && !y.IsUnknown && (double.IsNaN(product) || (x.HasSign && y.HasSign));

            // 0·∞ is NaN only where the zero is one.
            certain &= !double.IsNaN(product) || double.IsNaN(x.Value) || double.IsNaN(y.Value) || (x.Error == 0 && y.Error == 0);
            return new(product, certain ? 0 : double.PositiveInfinity);
        }

        double error = (Math.Abs(x.Value) * y.Error) + (x.Error * Math.Abs(y.Value)) + (x.Error * y.Error);
        return error == 0 && x.Error == 0 && y.Error == 0 && IsExactProduct(x.Value, y.Value, product) ? new(product) : Of(product, error);
    }

    public static Approximate operator /(Approximate x, Approximate y)
    {
        // |x/y − x̃/ỹ| ≤ (e_x + |x̃/ỹ|·e_y) / (|ỹ| − e_y); a divisor that may be zero leaves nothing to be said.
        double quotient = x.Value / y.Value;
        double least = Math.Abs(y.Value) - y.Error;
        if (!double.IsFinite(quotient))
        {
            bool certain = double.IsNaN(x.Value) || double.IsNaN(y.Value) || (double.IsInfinity(x.Value) && (double.IsInfinity(y.Value) || least > 0)) || (x.Value == 0 && x.Error == 0 && y.Error == 0);
            return new(quotient, certain && !x.IsUnknown && !y.IsUnknown ? 0 : double.PositiveInfinity);
        }

        if (x.Error == 0 && y.Error == 0)
        {
            return Math.FusedMultiplyAdd(quotient, y.Value, -x.Value) == 0 && IsFarFromUnderflow(x.Value) ? new(quotient) : Of(quotient, 0);
        }

        return Of(quotient, least > 0 ? (x.Error + (Math.Abs(quotient) * y.Error)) / least : double.PositiveInfinity);
    }

    /// <summary>The square root; of a number that may be negative nothing is said, of one that is, that it is NaN.</summary>
    public static Approximate Sqrt(Approximate x)
    {
        double root = Math.Sqrt(x.Value);
        double low = x.Value - x.Error;
        if (!double.IsFinite(root))
        {
            return new(root, !x.IsUnknown && !(x.Value + x.Error >= 0) ? 0 : x.Error == 0 ? 0 : double.PositiveInfinity);
        }

        double error = x.Error == 0 ? 0 : low >= 0 ? Math.Min(Math.Sqrt(x.Error), x.Error / (root + Math.Sqrt(low))) : double.PositiveInfinity;
        return Of(root, error);
    }

    /// <summary>e^x.</summary>
    public static Approximate Exp(Approximate x)
    {
        double value = Math.Exp(x.Value);
        return value == 0 && x.Value == double.NegativeInfinity ? new(0, x.IsUnknown ? double.PositiveInfinity : 0) : Of(value, (value * Growth(x.Error)) + (4 * Double * value) + DoubleFloor);
    }

    /// <summary>The natural logarithm; of a number that may be zero or less nothing is said.</summary>
    public static Approximate Log(Approximate x)
    {
        double value = Math.Log(x.Value);
        double low = x.Value - x.Error;
        double error = x.Error == 0 ? 0 : low > 0 ? x.Error / low : double.PositiveInfinity;
        return Of(value, error + (4 * Double * Math.Abs(value)));
    }

    /// <summary>|x|.</summary>
    public static Approximate Abs(Approximate x) => new(Math.Abs(x.Value), x.Error);

    /// <summary>The greater of two, which no rounding touches: it lies between the greater of their least and of their greatest values.</summary>
    public static Approximate Max(Approximate x, Approximate y)
    {
        double value = Math.Max(x.Value, y.Value);
        return double.IsFinite(value)
            ? new(value, Math.Max(Math.Max(x.Value + x.Error, y.Value + y.Error) - value, value - Math.Max(x.Value - x.Error, y.Value - y.Error)))
            : new(value, Math.Max(x.Error, y.Error));
    }

    /// <summary>The lesser of two.</summary>
    public static Approximate Min(Approximate x, Approximate y) => -Max(-x, -y);

    /// <summary>x·factor for a factor that is a power of two, which rounds nothing but what underflows.</summary>
    public static Approximate Scaled(Approximate x, double factor) => x.Error == 0 && x.Value == 0 ? x : new Approximate(x.Value * factor, (x.Error * factor) + HalfSubnormal);

    /// <summary>x/n for an integer n, divided or multiplied by a rounded 1/n.</summary>
    public static Approximate Mean(Approximate x, double n) => double.IsPow2(n) ? Scaled(x, 1 / n) : (x / n).Rounded(Two);

    /// <summary>Two roundings of one number, the second of what the first gave: (1 + u)² − 1 in u.</summary>
    public const double Two = 2.0000002;

    /// <summary>One that covers this and <paramref name="other"/>, another way to the same number, about this value.</summary>
    public Approximate Or(Approximate other) => double.IsFinite(Value) ? new(Value, Math.Max(Error, other.Error + Math.Abs(other.Value - Value))) : new(Value, Value.Equals(other.Value) ? Math.Max(Error, other.Error) : double.PositiveInfinity);

    /// <summary>The same with a further error.</summary>
    public Approximate Within(double error) => double.IsFinite(Value) ? new(Value, Error + error) : this;

    /// <summary>After a rounding to float with relative error <paramref name="units"/>·2⁻²⁴; subnormals are kept, results beyond float are unknown.</summary>
    public Approximate Rounded(double units = 1)
    {
        if (!double.IsFinite(Value) || (units == 1 && Error == 0 && (float)Value == Value))
        {
            return this;
        }

        double magnitude = Magnitude;
        double relative = units * ArithmeticModel.Unit;
        double error = (Error + (magnitude * relative) + (units * HalfSubnormal)) * (1 + Double);
        return new(Value, magnitude * (1 + relative) > float.MaxValue ? double.PositiveInfinity : error);
    }

    /// <summary>After an elementary function that is within <paramref name="ulps"/> units in the last place; a result below 2⁻¹²⁶ may be flushed to zero.</summary>
    public Approximate Evaluated(double ulps = 2)
    {
        Approximate result = Rounded(2 * ulps);
        return Error == 0 && Value is 0 ? result with { Error = 0 } : result.Within(LeastNormal);
    }

    private bool HasSign => double.IsInfinity(Value) || Math.Abs(Value) > Error;

    private static Approximate Of(double value, double error) => double.IsFinite(value)
        ? new(value, (error * (1 + (4 * Double))) + (Math.Abs(value) * Double) + DoubleFloor)
        : new(value, error < double.PositiveInfinity ? 0 : double.PositiveInfinity);

    private static bool IsExactProduct(double x, double y, double product) => product == 0 ? x == 0 || y == 0 : Math.FusedMultiplyAdd(x, y, -product) == 0 && IsFarFromUnderflow(product);

    // Where the error of a product or quotient is no subnormal double itself.
    private static bool IsFarFromUnderflow(double x) => x == 0 || Math.Abs(x) > 1e-280;

    // e^t − 1 from above, for t ≥ 0.
    private static double Growth(double t) => t < 1e-5 ? t * (1 + t) : Math.Exp(t) - 1;
}
