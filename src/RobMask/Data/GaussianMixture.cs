using MathNet.Numerics.Distributions;

namespace RobMask.Data;

/// <summary>What is known in closed form about the mixture x = yθ + σz, y = ±1, and a linear score w·x under an attack.</summary>
/// <remarks>
/// <para>
/// Clean accuracy Φ(w·θ / (σ‖w‖₂)); under an ℓp attack of radius ε, with the dual norm q (1/p + 1/q = 1),
/// Φ((w·θ − ε‖w‖_q) / (σ‖w‖₂)). The best classifier against L∞ is the soft threshold w = S_ε(θ): its mask switches off
/// exactly the features with |θ_i| ≤ ε, and its attacked accuracy is Φ(‖S_ε(θ)‖₂ / σ).
/// </para>
/// <para>
/// These are statistics, good to about 1e-12, and no contract about bits: they test what networks reach.
/// </para>
/// </remarks>
public sealed class GaussianMixture
{
    private readonly double[] _theta;

    /// <summary>Makes the mixture of class means ±<paramref name="theta"/>.</summary>
    /// <exception cref="ArgumentException">σ is not positive, or θ is empty or not finite.</exception>
    public GaussianMixture(IReadOnlyList<double> theta, double sigma)
    {
        new GaussianOptions { Theta = theta, Sigma = sigma }.Validate();
        _theta = [.. theta];
        Sigma = sigma;
    }

    /// <summary>The mean of class +1.</summary>
    public IReadOnlyList<double> Theta => _theta;

    /// <summary>The standard deviation of every coordinate.</summary>
    public double Sigma { get; }

    /// <summary>The accuracy of the sign of w·x on clean points; ½ for w = 0.</summary>
    public double CleanAccuracy(ReadOnlySpan<double> w) => Accuracy(w, 0, 2);

    /// <summary>The accuracy of the sign of w·x under the best L∞ attack, −ε y sign(w).</summary>
    public double LinfAccuracy(ReadOnlySpan<double> w, double epsilon) => Accuracy(w, epsilon, 1);

    /// <summary>The accuracy of the sign of w·x under the best L2 attack, −ε y w/‖w‖₂.</summary>
    public double L2Accuracy(ReadOnlySpan<double> w, double epsilon) => Accuracy(w, epsilon, 2);

    /// <summary>The score that is best under L∞ attacks of radius ε: S_ε(θ).</summary>
    public double[] RobustOptimum(double epsilon) => SoftThreshold(_theta, epsilon);

    /// <summary>The best accuracy that a classifier has under L∞ attacks of radius ε: Φ(‖S_ε(θ)‖₂ / σ).</summary>
    public double BestLinfAccuracy(double epsilon) => Normal.CDF(0, 1, Norm(RobustOptimum(epsilon), 2) / Sigma);

    /// <summary>(1 − l)·clean optimum + l·robust optimum.</summary>
    public double[] Interpolate(double epsilon, double l)
    {
        double[] robust = RobustOptimum(epsilon);
        return [.. _theta.Zip(robust, (clean, adversarial) => ((1 - l) * clean) + (l * adversarial))];
    }

    /// <summary>
    /// The score from k = 2 primary masks, 1·θ and sign(θ) on the active features, with coefficients (1, −ε): equal to
    /// S_ε(θ) for every ε that leaves exactly <paramref name="active"/> on.
    /// </summary>
    public double[] TwoMasks(ReadOnlySpan<bool> active, double epsilon)
    {
        double[] w = new double[_theta.Length];
        for (int i = 0; i < w.Length; i++)
        {
            w[i] = active[i] ? _theta[i] - (epsilon * Math.Sign(_theta[i])) : 0;
        }

        return w;
    }

    /// <summary>
    /// The best mean of the attacked accuracies over several ε that one score of the family S_e(θ), e ≥ 0, has: what a
    /// single mask can reach where each ε would need its own.
    /// </summary>
    public double BestSingleMask(IReadOnlyList<double> epsilons)
    {
        double Mean(double e) => epsilons.Average(epsilon => LinfAccuracy(SoftThreshold(_theta, e), epsilon));

        // A grid finds the right hill, ternary search its top: the mean is smooth between the kinks at |θ_i|.
        double largest = _theta.Max(Math.Abs);
        const int Steps = 1000;
        double best = Enumerable.Range(0, Steps).Select(i => largest * i / Steps).MaxBy(Mean);
        double low = Math.Max(0, best - (largest / Steps));
        double high = best + (largest / Steps);
        for (int i = 0; i < 100; i++)
        {
            double left = low + ((high - low) / 3);
            double right = high - ((high - low) / 3);
            (low, high) = Mean(left) < Mean(right) ? (left, high) : (low, right);
        }

        return Math.Max(Mean(best), Mean((low + high) / 2));
    }

    /// <summary>S_ε(θ) = sign(θ) max(|θ| − ε, 0).</summary>
    public static double[] SoftThreshold(ReadOnlySpan<double> theta, double epsilon)
    {
        double[] result = new double[theta.Length];
        for (int i = 0; i < theta.Length; i++)
        {
            result[i] = Math.Sign(theta[i]) * Math.Max(Math.Abs(theta[i]) - epsilon, 0);
        }

        return result;
    }

    /// <summary>The scales γ of one batch normalisation x̂_i = x_i / √(θ_i² + σ²) whose logit Σ γ_i x̂_i is that of w: γ_i = 2 w_i √(θ_i² + σ²) / σ².</summary>
    /// <remarks>w = θ gives the clean optimum of logistic regression, w = S_ε(θ) the robust one.</remarks>
    public double[] Scales(ReadOnlySpan<double> w)
    {
        double[] gamma = new double[w.Length];
        for (int i = 0; i < w.Length; i++)
        {
            gamma[i] = 2 * w[i] * Math.Sqrt((_theta[i] * _theta[i]) + (Sigma * Sigma)) / (Sigma * Sigma);
        }

        return gamma;
    }

    private double Accuracy(ReadOnlySpan<double> w, double epsilon, int dual)
    {
        if (w.Length != _theta.Length)
        {
            throw new ArgumentException($"gaussian: a score has {_theta.Length} weights, found {w.Length}", nameof(w));
        }

        double length = Norm(w, 2);
        double margin = -epsilon * Norm(w, dual);
        for (int i = 0; i < w.Length; i++)
        {
            margin += w[i] * _theta[i];
        }

        return length > 0 ? Normal.CDF(0, 1, margin / (Sigma * length)) : 0.5;
    }

    private static double Norm(ReadOnlySpan<double> w, int order)
    {
        double sum = 0;
        foreach (double value in w)
        {
            sum += order == 1 ? Math.Abs(value) : value * value;
        }

        return order == 1 ? sum : Math.Sqrt(sum);
    }
}
