namespace RobMask.Verification.Audits.Replays;

/// <summary>How far a tensor is from a reference: root mean square and maximum of the differences.</summary>
/// <param name="Rms">√(Σ d²/n).</param>
/// <param name="Largest">max |d|.</param>
/// <param name="Apart">How many differences are above a threshold.</param>
internal readonly record struct Spread(double Rms, double Largest, int Apart)
{
    /// <summary>Compares with a reference; a NaN or an infinity that is not the reference's gives +∞.</summary>
    public static Spread Between<T>(ReadOnlySpan<T> values, ReadOnlySpan<double> reference, double threshold = double.PositiveInfinity)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        double squares = 0;
        double largest = 0;
        int apart = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = double.CreateTruncating(values[i]);
            double difference = value.Equals(reference[i]) ? 0 : Math.Abs(value - reference[i]);
            difference = double.IsNaN(difference) ? double.PositiveInfinity : difference;
            squares += difference * difference;
            largest = Math.Max(largest, difference);
            apart += difference > threshold ? 1 : 0;
        }

        return new Spread(Math.Sqrt(squares / Math.Max(1, values.Length)), largest, apart);
    }

    /// <summary>The greater of each.</summary>
    public Spread Or(Spread other) => new(Math.Max(Rms, other.Rms), Math.Max(Largest, other.Largest), Math.Max(Apart, other.Apart));
}
