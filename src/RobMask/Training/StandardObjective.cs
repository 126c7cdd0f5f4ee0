using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x), y).</summary>
internal sealed class StandardObjective(TrainedNetwork network, int batchSize, int heldSteps) : Objective(network, batchSize, heldSteps)
{
    protected override void Add(ITensor images, ITensor labels, uint iteration) =>
        CrossEntropyPass(images, labels, TrainingPass(MaskChoice.Primary(0), 0), 1, ParameterTarget, LossTerm.Clean);

    protected override EpochSums Sums(int images, double clean, double attacked, long cleanCorrect, long attackedCorrect) =>
        new(images, clean, clean, null, cleanCorrect, null);
}
