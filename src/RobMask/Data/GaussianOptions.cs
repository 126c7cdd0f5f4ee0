namespace RobMask.Data;

/// <summary>The parameters of <c>gaussian</c>: x = yθ + σz, y = ±1.</summary>
public sealed record GaussianOptions
{
    /// <summary>The mean of class +1, θ; its length is the dimension.</summary>
    public IReadOnlyList<double> Theta { get; init; } = [2.0, .. Enumerable.Repeat(0.2, 99)];

    /// <summary>The standard deviation σ &gt; 0 of every coordinate.</summary>
    public double Sigma { get; init; } = 1;

    /// <summary>The number of training points.</summary>
    public int TrainCount { get; init; } = 20000;

    /// <summary>The number of test points.</summary>
    public int TestCount { get; init; } = 20000;

    /// <summary>The L∞ radius that an experiment uses unless told otherwise.</summary>
    public double Epsilon { get; init; } = 0.3;

    /// <summary>The seed of all draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Checks every parameter.</summary>
    /// <exception cref="ArgumentException">One is out of its range.</exception>
    public void Validate()
    {
        if (Theta.Count == 0 || Theta.Any(value => !double.IsFinite(value)))
        {
            throw new ArgumentException("gaussian: Theta must have at least one element, all finite", nameof(Theta));
        }

        if (!(Sigma > 0 && double.IsFinite(Sigma)))
        {
            throw new ArgumentException($"gaussian: Sigma must be positive and finite, found {Sigma}", nameof(Sigma));
        }

        if (TrainCount < 0 || TestCount < 0)
        {
            throw new ArgumentException($"gaussian: counts must be at least 0, found {TrainCount} and {TestCount}", nameof(TrainCount));
        }
    }
}
