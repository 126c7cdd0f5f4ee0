namespace RobMask.Verification.Verdicts;

/// <summary>One element of a judged tensor.</summary>
/// <param name="Index">Its place in row-major order.</param>
/// <param name="Got">What was given.</param>
/// <param name="Expected">The value in double.</param>
/// <param name="Bound">How far from it an implementation of the declared precision may be; +∞ where several results are right.</param>
public readonly record struct JudgedElement(int Index, double Got, double Expected, double Bound)
{
    /// <summary>|got − expected|; +∞ where only one is a number, 0 where both are NaN, the same infinity, or zeros of either sign.</summary>
    public double Error => Got.Equals(Expected) ? 0 : double.IsNaN(Got - Expected) ? double.PositiveInfinity : Math.Abs(Got - Expected);

    /// <summary>Error / bound: at most 1 where the element is within; 0 where it is exact or undecided.</summary>
    public double Gauge => Error == 0 || double.IsPositiveInfinity(Bound) ? 0 : Error / Bound;

    /// <summary>Whether the bound allows what was given.</summary>
    public bool IsRight => double.IsPositiveInfinity(Bound) || Error <= Bound;
}
