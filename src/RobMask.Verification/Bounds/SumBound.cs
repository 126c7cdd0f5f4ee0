namespace RobMask.Verification.Bounds;

/// <summary>Sums of approximate numbers in any order (theorem S1 of <c>docs/bounds.md</c>): |ŝ − s| ≤ Σ error + γ_{n−1}·Σ|x|.</summary>
internal struct SumBound
{
    private double _value;
    private double _magnitude;
    private double _error;
    private long _count;

    /// <summary>Takes in a term.</summary>
    public void Add(Approximate term)
    {
        _value += term.Value;
        _magnitude += term.Magnitude;
        _error += term.Error;
        _count++;
    }

    /// <summary>The sum, with every order of float additions covered; <paramref name="roundings"/> more for each term cover a product before it.</summary>
    public readonly Approximate Total(int roundings = 0)
    {
        double x = Math.Max(0, _count - 1 + roundings) * ArithmeticModel.Unit;
        double factor = x < 1 ? x / (1 - x) : double.PositiveInfinity;
        double error = _error + (_magnitude == 0 ? 0 : factor * _magnitude) + (_count * Math.ScaleB(1, -52) * _magnitude) + (roundings * _count * Math.ScaleB(1, -150));
        return new Approximate(_value, _magnitude * (1 + factor) > float.MaxValue ? double.PositiveInfinity : error);
    }
}
