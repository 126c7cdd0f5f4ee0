using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>One step of a training method on a batch that the caller brings: attack, passes, optimiser.</summary>
internal sealed class TrainingStep(TrainedNetwork network, int batchSize) : IDisposable
{
    private readonly Objective _objective = Objective.Create(network, batchSize);

    public Optimiser Optimiser { get; } = new(network);

    /// <summary>The images of the last step after the attack; null where the method has none.</summary>
    public ITensor? Attacked => _objective.Attacked;

    /// <summary>Computes the losses of a batch and, where they are finite, changes the parameters.</summary>
    /// <param name="images">[N, …].</param>
    /// <param name="labels">[N].</param>
    /// <param name="iteration">The number of the step from 0: it names the random numbers of the attack.</param>
    /// <param name="learningRate">η.</param>
    public EpochSums Run(ITensor images, ITensor labels, long iteration, double learningRate)
    {
        network.Model.ZeroGradients();
        network.Gate?.Model.ZeroGradients();
        EpochSums step = _objective.Compute(images, labels, checked((uint)iteration));
        if (double.IsFinite(step.Loss))
        {
            Optimiser.Step(learningRate, iteration == 0);
        }

        return step;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _objective.Dispose();
        Optimiser.Dispose();
    }
}
