namespace RobMask.Verification.Bounds;

/// <summary>A real number that is known to within an error: |x − <see cref="Value"/>| ≤ <see cref="Error"/>.</summary>
/// <remarks>
/// The operators are those of real numbers: they carry the errors of their operands and add what double rounding does to
/// the value here. What an implementation's own rounding does is added by <see cref="Rounded"/>, once for every operation
/// that it rounds; leaving a rounding out, as a fused operation does, only makes the true error smaller.
/// </remarks>
internal readonly record struct Approximate(double Value, double Error = 0)
{
    // Twice the unit roundoff of double: covers the rounding of the value and of the error beside it.
    private const double Double = 1.0 / (1L << 52);
    private const double DoubleFloor = 4 * double.Epsilon;

    /// <summary>The greatest magnitude that the number may have.</summary>
    public double Magnitude => Math.Abs(Value) + Error;

    /// <summary>Whether the error leaves nothing to be said.</summary>
    public bool IsUnknown => double.IsNaN(Error) || double.IsPositiveInfinity(Error);

    public static implicit operator Approximate(double exact) => new(exact);

    public static Approximate operator -(Approximate x) => new(-x.Value, x.Error);

    public static Approximate operator +(Approximate x, Approximate y) => Of(x.Value + y.Value, x.Error + y.Error);

    public static Approximate operator -(Approximate x, Approximate y) => Of(x.Value - y.Value, x.Error + y.Error);

    public static Approximate operator *(Approximate x, Approximate y) =>
        Of(x.Value * y.Value, (Math.Abs(x.Value) * y.Error) + (x.Error * Math.Abs(y.Value)) + (x.Error * y.Error));

    public static Approximate operator /(Approximate x, Approximate y)
    {
        // |x/y − x̃/ỹ| ≤ (e_x + |x̃/ỹ|·e_y) / (|ỹ| − e_y); a divisor that may be zero leaves nothing to be said.
        double quotient = x.Value / y.Value;
        double least = Math.Abs(y.Value) - y.Error;
        double error = x.Error == 0 && y.Error == 0 ? 0 : least > 0 ? (x.Error + (Math.Abs(quotient) * y.Error)) / least : double.PositiveInfinity;
        return Of(quotient, error);
    }

    /// <summary>The square root; of a number that may be negative nothing is said.</summary>
    public static Approximate Sqrt(Approximate x)
    {
        double root = Math.Sqrt(x.Value);
        double low = x.Value - x.Error;
        double error = x.Error == 0 ? 0 : low >= 0 ? Math.Min(Math.Sqrt(x.Error), x.Error / (root + Math.Sqrt(low))) : double.PositiveInfinity;
        return Of(root, error);
    }

    /// <summary>e^x.</summary>
    public static Approximate Exp(Approximate x)
    {
        double value = Math.Exp(x.Value);
        return Of(value, (value * Growth(x.Error)) + (4 * Double * value));
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

    /// <summary>The greater of two, which no rounding touches.</summary>
    public static Approximate Max(Approximate x, Approximate y) => new(Math.Max(x.Value, y.Value), Math.Max(x.Error, y.Error));

    /// <summary>The lesser of two.</summary>
    public static Approximate Min(Approximate x, Approximate y) => new(Math.Min(x.Value, y.Value), Math.Max(x.Error, y.Error));

    /// <summary>One that covers this and <paramref name="other"/>, another way to the same number, about this value.</summary>
    public Approximate Or(Approximate other) => new(Value, Math.Max(Error, other.Error + Math.Abs(other.Value - Value)));

    /// <summary>After a rounding to float with relative error <paramref name="units"/>·2⁻²⁴; subnormals are kept, results beyond float are unknown.</summary>
    public Approximate Rounded(double units = 1)
    {
        double magnitude = Magnitude;
        double error = Error + (magnitude * (units * ArithmeticModel.Unit)) + (units * Math.ScaleB(1, -150));
        return new(Value, magnitude * (1 + (units * ArithmeticModel.Unit)) > float.MaxValue ? double.PositiveInfinity : error);
    }

    private static Approximate Of(double value, double error) => new(value, (error * (1 + (4 * Double))) + (Math.Abs(value) * Double) + (value == 0 && error == 0 ? 0 : DoubleFloor));

    // e^t − 1 from above, for t ≥ 0.
    private static double Growth(double t) => t < 1e-5 ? t * (1 + t) : Math.Exp(t) - 1;
}
