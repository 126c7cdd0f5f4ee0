namespace RobMask.Verification.Verdicts;

/// <summary>Sums of signed errors over elements that belong together.</summary>
internal struct BiasSums
{
    /// <summary>Σe.</summary>
    public double Sum { get; private set; }

    /// <summary>Σe over errors counted positive where they lead away from zero; of values that are not 0.</summary>
    public double FromZero { get; private set; }

    /// <summary>Σe².</summary>
    public double Squares { get; private set; }

    /// <summary>Σe² of values that are not 0.</summary>
    public double SquaresFromZero { get; private set; }

    /// <summary>Takes in an element.</summary>
    public void Add(double error, double value)
    {
        Sum += error;
        Squares += error * error;
        if (value != 0)
        {
            FromZero += value < 0 ? -error : error;
            SquaresFromZero += error * error;
        }
    }

    /// <summary>Takes in other elements.</summary>
    public void Add(in BiasSums other)
    {
        Sum += other.Sum;
        FromZero += other.FromZero;
        Squares += other.Squares;
        SquaresFromZero += other.SquaresFromZero;
    }
}
