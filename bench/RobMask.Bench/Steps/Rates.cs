using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>The optimiser's numbers, equal on both sides.</summary>
internal static class Rates
{
    public const double LearningRate = 0.01;

    private static readonly OptimiserSettings _settings = new();

    public static double Momentum => _settings.Momentum;

    public static double WeightDecay => _settings.WeightDecay;
}
