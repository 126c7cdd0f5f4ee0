using RobMask.Attacks;
using RobMask.Data;

namespace RobMask.Training;

/// <summary>Counts right answers of a deployed network on clean and on attacked images.</summary>
public static class Evaluator
{
    /// <summary>Evaluates the first images of a data set.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or the data do not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EvaluationResult Evaluate(
        DeployedNetwork network,
        Dataset data,
        EvaluationSettings settings,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Attacks single images and returns their pixels.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The data.</param>
    /// <param name="indices">Which images.</param>
    /// <param name="attack">The attack.</param>
    /// <param name="seed">The key of its random numbers.</param>
    /// <param name="targets">The wanted class of each image, for <see cref="AttackTargetClass.Given"/>.</param>
    public static IReadOnlyList<AttackedImage> Attack(
        DeployedNetwork network,
        Dataset data,
        IReadOnlyList<int> indices,
        AttackSettings attack,
        ulong seed = 0,
        IReadOnlyList<int>? targets = null) => throw new NotImplementedException();
}
