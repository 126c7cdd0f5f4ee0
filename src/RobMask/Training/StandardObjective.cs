using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x), y).</summary>
internal sealed class StandardObjective(TrainedNetwork network, int batchSize) : Objective(network, batchSize)
{
    public override EpochSums Compute(ITensor images, ITensor labels, uint iteration)
    {
        (double loss, long correct) = CrossEntropyPass(images, labels, TrainingPass(MaskChoice.Primary(0), 0), 1, ParameterTarget);
        return new EpochSums(images.Shape[0], loss, loss, null, correct, null);
    }
}
