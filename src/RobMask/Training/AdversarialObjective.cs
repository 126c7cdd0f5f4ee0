using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x + δ*), y), δ* from the attack (Madry et al. 2018). No clean image is seen.</summary>
internal sealed class AdversarialObjective : Objective
{
    private readonly Attack _attack;
    private readonly NetworkTarget _target;

    public AdversarialObjective(TrainedNetwork network, int batchSize)
        : base(network, batchSize)
    {
        _attack = new Attack(Engine, Settings.Attack);
        _target = new NetworkTarget(Engine, Tape, Classes, AttackPass(MaskChoice.Primary(0), 0));
    }

    public override EpochSums Compute(ITensor images, ITensor labels, uint iteration)
    {
        ITensor attacked = Show(_attack.Run(_target, images, labels, AttackKey(iteration)).Images);
        (double loss, long correct) = CrossEntropyPass(attacked, labels, TrainingPass(MaskChoice.Primary(0), 0), 1, ParameterTarget);
        return new EpochSums(images.Shape[0], loss, null, loss, null, correct);
    }

    public override void Dispose()
    {
        _attack.Dispose();
        base.Dispose();
    }
}
