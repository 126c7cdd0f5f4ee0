namespace RobMask.Verification.Bounds;

/// <summary>What the operations element by element share.</summary>
internal static class Roundings
{
    /// <summary>The section that proves bounds that count roundings.</summary>
    public const string Theorem = "R1, roundings one by one";

    private const int SurelyMeant = 16;

    /// <summary>A setting: a float of few bits was meant as it is; another may be the nearest to a decimal that an implementation keeps in double, so it is known to a rounding.</summary>
    public static Approximate Setting(double value) =>
        value == 0 || !double.IsFinite(value) || Math.ILogB(value) - OperandRange.ExponentOfLowestBit(Math.Abs(value)) < SurelyMeant ? value : new Approximate(value, ArithmeticModel.Unit * Math.Abs(value));
}
