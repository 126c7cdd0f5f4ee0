using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x; mask c, statistics c), y) + L(f(x + δ*; mask a, statistics a), y): AdvProp (Xie et al. 2020) and every split of it.</summary>
/// <remarks>
/// c and a are the same where that half of batch normalisation is shared. The attack works against mask a and statistics
/// a, as AdvProp's does, and updates nothing; the two losses are added with weight 1 each; c is deployed.
/// </remarks>
internal sealed class BranchObjective : Objective
{
    private readonly Attack _attack;
    private readonly NetworkTarget _target;
    private readonly ForwardOptions _clean;
    private readonly ForwardOptions _attacked;

    public BranchObjective(TrainedNetwork network, int batchSize, int heldSteps)
        : base(network, batchSize, heldSteps)
    {
        MaskChoice mask = MaskChoice.Primary(TrainedNetwork.BranchIndex(Branch.Adversarial, network.Model.Graph.MaskCount));
        int statistics = TrainedNetwork.BranchIndex(Branch.Adversarial, network.Model.Graph.StatisticsSets);
        _clean = TrainingPass(MaskChoice.Primary(0), 0);
        _attacked = TrainingPass(mask, statistics);
        _attack = new Attack(Engine, Settings.Attack);
        _target = new NetworkTarget(Engine, Tape, Classes, AttackPass(mask, statistics));
    }

    public override ITensor Perturb(ITensor images, ITensor labels, uint iteration) => _attack.Run(_target, images, labels, AttackKey(iteration)).Images;

    protected override void Add(ITensor images, ITensor labels, uint iteration)
    {
        ITensor attacked = Show(Given ?? Perturb(images, labels, iteration));
        CrossEntropyPass(images, labels, _clean, 1, ParameterTarget, LossTerm.Clean);
        CrossEntropyPass(attacked, labels, _attacked, 1, ParameterTarget, LossTerm.Attacked);
    }

    protected override EpochSums Sums(int images, double clean, double attacked, long cleanCorrect, long attackedCorrect) =>
        new(images, clean + attacked, clean, attacked, cleanCorrect, attackedCorrect);

    public override void Dispose()
    {
        _attack.Dispose();
        base.Dispose();
    }
}
