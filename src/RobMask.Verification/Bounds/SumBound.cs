namespace RobMask.Verification.Bounds;

/// <summary>Sums of approximate numbers in any order (theorem S1 of <c>docs/bounds.md</c>): |ŝ − s| ≤ Σ error + γ_{n−1}·Σ|x|.</summary>
/// <remarks>Exact zeros are no terms: adding one changes nothing. Terms that are all multiples of one power of two, with Σ|x| small beside it, are summed exactly (theorem E1).</remarks>
internal struct SumBound
{
    /// <summary>The section that proves these bounds.</summary>
    public const string Theorem = "S1, sums";

    private double _value;
    private double _magnitude;
    private double _error;
    private double _special;
    private long _count;
    private int _freeBits;
    private bool _hasSpecial;
    private bool _isInexact;
    private bool _isUnknown;

    /// <summary>Σ|x| so far, errors included.</summary>
    public readonly double Magnitude => _magnitude;

    /// <summary>Takes in a term.</summary>
    public void Add(Approximate term)
    {
        if (!double.IsFinite(term.Value))
        {
            _special = _hasSpecial ? _special + term.Value : term.Value;
            _hasSpecial = true;
            _isUnknown |= term.IsUnknown;
            return;
        }

        if (term.Error == 0)
        {
            if (term.Value == 0)
            {
                return;
            }

            // The exponent of the lowest bit, kept as how far below 0 it lies.
            _freeBits = Math.Max(_freeBits, -OperandRange.ExponentOfLowestBit(Math.Abs(term.Value)));
        }
        else
        {
            _isInexact = true;
            _error += term.Error;
        }

        _value += term.Value;
        _magnitude += Math.Abs(term.Value) + term.Error;
        _count++;
    }

    /// <summary>The sum, with every order of float additions covered; <paramref name="roundings"/> more for each term cover products before it.</summary>
    public readonly Approximate Total(double roundings = 0)
    {
        double x = Math.Max(0, _count - 1 + roundings) * ArithmeticModel.Unit;
        double factor = x < 1 ? x / (1 - x) : double.PositiveInfinity;
        bool overflows = !(_magnitude * (1 + factor) <= float.MaxValue) && _count > 0;
        if (_hasSpecial)
        {
            return new Approximate(_special, _isUnknown || overflows ? double.PositiveInfinity : 0);
        }

        // Multiples of 2⁻ᶠ whose magnitudes add up to at most 2²⁴⁻ᶠ: every partial sum is a float. Products have their own rounding, which is none either.
        if (!_isInexact && roundings <= 1 && _freeBits <= 149 && _magnitude <= Math.ScaleB(1, 24 - _freeBits) && !overflows)
        {
            return new Approximate(_value);
        }

        double error = (_error * (1 + factor)) + ((factor + ((_count + 4) * Math.ScaleB(1, -52))) * _magnitude) + (roundings * _count * Math.ScaleB(1, -149));
        return new Approximate(_value, overflows ? double.PositiveInfinity : error);
    }
}
