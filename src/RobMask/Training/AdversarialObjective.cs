using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x + δ*), y), δ* from the attack (Madry et al. 2018). No clean image is seen.</summary>
internal sealed class AdversarialObjective : Objective
{
    private readonly Attack _attack;
    private readonly NetworkTarget _target;

    public AdversarialObjective(TrainedNetwork network, int batchSize, int heldSteps)
        : base(network, batchSize, heldSteps)
    {
        _attack = new Attack(Engine, Settings.Attack);
        _target = new NetworkTarget(Engine, Tape, Classes, AttackPass(MaskChoice.Primary(0), 0));
    }

    public override ITensor Perturb(ITensor images, ITensor labels, uint iteration) => _attack.Run(_target, images, labels, AttackKey(iteration)).Images;

    protected override void Add(ITensor images, ITensor labels, uint iteration)
    {
        ITensor attacked = Show(Given ?? Perturb(images, labels, iteration));
        CrossEntropyPass(attacked, labels, TrainingPass(MaskChoice.Primary(0), 0), 1, ParameterTarget, LossTerm.Attacked);
    }

    protected override EpochSums Sums(int images, double clean, double attacked, long cleanCorrect, long attackedCorrect) =>
        new(images, attacked, null, attacked, null, attackedCorrect);

    public override void Dispose()
    {
        _attack.Dispose();
        base.Dispose();
    }
}
