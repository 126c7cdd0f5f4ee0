using System.Globalization;
using RobMask.Data;
using RobMask.Engines;

namespace RobMask.Training;

/// <summary>The trade-off curve: one network under α times one mask plus 1 − α times another, all else shared.</summary>
public static class Interpolation
{
    /// <summary>Evaluates the network at each α, with coefficients α·first + (1 − α)·second.</summary>
    /// <param name="network">A network with two primary masks or more.</param>
    /// <param name="first">Coefficients [k] at α = 1: (1, 0) for the clean mask of split and advprop.</param>
    /// <param name="second">Coefficients [k] at α = 0.</param>
    /// <param name="alphas">The points; outside 0 … 1 is allowed.</param>
    /// <param name="data">The images.</param>
    /// <param name="settings">How each point is evaluated.</param>
    /// <param name="statisticsSet">The running statistics of all points.</param>
    /// <param name="progress">Told after each point.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="ArgumentException">The coefficients are not k, or a setting is out of range.</exception>
    public static IReadOnlyList<InterpolationPoint> Sweep(
        TrainedNetwork network,
        IReadOnlyList<float> first,
        IReadOnlyList<float> second,
        IReadOnlyList<float> alphas,
        Dataset data,
        EvaluationSettings settings,
        int statisticsSet = 0,
        IProgress<InterpolationPoint>? progress = null,
        CancellationToken cancellation = default)
    {
        int k = network.Model.Graph.MaskCount;
        if (first.Count != k || second.Count != k)
        {
            throw new ArgumentException($"interpolation: {first.Count} and {second.Count} coefficients; the network has k = {k} primary masks");
        }

        List<InterpolationPoint> points = [];
        foreach (float alpha in alphas)
        {
            if (!float.IsFinite(alpha))
            {
                throw new ArgumentException($"interpolation: alpha is {alpha}", nameof(alphas));
            }

            float[] coefficients = new float[k];
            for (int i = 0; i < k; i++)
            {
                coefficients[i] = (alpha * first[i]) + ((1 - alpha) * second[i]);
            }

            string description = string.Create(CultureInfo.InvariantCulture, $"α = {alpha:0.###}");
            DeployedNetwork deployed = network.Deploy(MaskChoice.Uniform(coefficients), description, statisticsSet);
            InterpolationPoint point = new(alpha, Evaluator.Evaluate(deployed, data, settings, null, cancellation));
            points.Add(point);
            progress?.Report(point);
        }

        return points;
    }
}
