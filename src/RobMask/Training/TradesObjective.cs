using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x), y) + β · KL(f(x) ‖ f(x + δ*)) (Zhang et al. 2019); δ* maximises the KL term from x + 0.001·N(0, 1).</summary>
/// <remarks>
/// Two passes are alive together, because the gradient of the KL term flows through both of its arguments. Inside the
/// attack f(x) is a constant, computed once with the attack's statistics; in the loss both passes normalise by their own
/// batch.
/// </remarks>
internal sealed class TradesObjective : Objective
{
    private readonly Attack _attack;
    private readonly NetworkTarget _target;
    private readonly ITape _attackedTape;

    public TradesObjective(TrainedNetwork network, int batchSize, int heldSteps)
        : base(network, batchSize, heldSteps)
    {
        _attackedTape = network.Model.CreateTape(batchSize);
        _attack = new Attack(Engine, Settings.TradesAttack());
        _target = new NetworkTarget(Engine, Tape, Classes, AttackPass(MaskChoice.Primary(0), 0));
    }

    public override ITensor Perturb(ITensor images, ITensor labels, uint iteration) => _attack.Run(_target, images, labels, AttackKey(iteration)).Images;

    protected override void Add(ITensor images, ITensor labels, uint iteration)
    {
        int count = images.Shape[0];
        ITensor attacked = Show(Given ?? Perturb(images, labels, iteration));
        ForwardOptions pass = TrainingPass(MaskChoice.Primary(0), 0);
        ITensor cleanLogits = Tape.Forward(images, pass);
        ITensor attackedLogits = _attackedTape.Forward(attacked, pass);

        ITensor loss = Cache.PerImage("loss", count);
        ITensor divergence = Cache.PerImage("divergence", count);
        ITensor cleanGradient = Cache.Get("cleanGradient", cleanLogits.Shape);
        ITensor referenceGradient = Cache.Get("referenceGradient", cleanLogits.Shape);
        ITensor attackedGradient = Cache.Get("attackedGradient", cleanLogits.Shape);
        Engine.CrossEntropy(cleanLogits, labels, Settings.LabelSmoothing, 1f / count, loss, cleanGradient);
        Engine.KlDivergence(cleanLogits, attackedLogits, Settings.TradesBeta / count, divergence, referenceGradient, attackedGradient);
        Engine.Add(cleanGradient, referenceGradient, cleanGradient);
        ITensor cleanCorrect = Cache.PerImage("cleanCorrect", count);
        ITensor attackedCorrect = Cache.PerImage("attackedCorrect", count);
        Engine.Correct(cleanLogits, labels, cleanCorrect);
        Engine.Correct(attackedLogits, labels, attackedCorrect);
        if (ParameterTarget != BackwardTargets.None)
        {
            Tape.Backward(cleanGradient, ParameterTarget);
            _attackedTape.Backward(attackedGradient, ParameterTarget);
        }

        Count(LossTerm.Clean, loss);
        Count(LossTerm.Attacked, divergence);
        Count(LossTerm.CleanCorrect, cleanCorrect);
        Count(LossTerm.AttackedCorrect, attackedCorrect);
    }

    protected override EpochSums Sums(int images, double clean, double attacked, long cleanCorrect, long attackedCorrect) =>
        new(images, clean + (Settings.TradesBeta * attacked), clean, attacked, cleanCorrect, attackedCorrect);

    public override void Dispose()
    {
        _attack.Dispose();
        _attackedTape.Dispose();
        base.Dispose();
    }
}
