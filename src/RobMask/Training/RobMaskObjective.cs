using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Masking;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>L(f(x; u(0)), y) + λ · L(f(x + δ*; u(δ*)), y), ‖δ*‖ ≤ ε, ε drawn for each image.</summary>
/// <remarks>
/// u comes from the gate: of δ = 0 in the clean half, of the true δ* in the attacked half, and anew at every step of the
/// attack. Both halves send gradients to the primary masks and through u to the gate. Statistics are set 0 for both, or
/// set 1 for the attacked half and its attack.
/// </remarks>
internal sealed class RobMaskObjective : Objective
{
    private readonly Attack _attack;
    private readonly GatedTarget _target;
    private readonly MaskGate _gate;
    private readonly BackwardTargets _targets;
    private readonly int _attackedStatistics;

    public RobMaskObjective(TrainedNetwork network, int batchSize, int heldSteps)
        : base(network, batchSize, heldSteps)
    {
        _gate = network.Gate ?? throw new ArgumentException("robmask: the network has no gate", nameof(network));
        _attackedStatistics = TrainedNetwork.BranchIndex(Branch.Adversarial, network.Model.Graph.StatisticsSets);
        _targets = ParameterTarget | (Settings.Trained.HasFlag(TrainedParts.Gate) ? BackwardTargets.Coefficients : BackwardTargets.None);
        _attack = new Attack(Engine, Settings.Attack);
        _target = new GatedTarget(Engine, Tape, _gate, Classes, AttackPass(MaskChoice.Primary(0), _attackedStatistics), Settings.RobMask.AttackThroughGate);
    }

    public override ITensor Perturb(ITensor images, ITensor labels, uint iteration) =>
        _attack.Run(_target, images, labels, AttackKey(iteration), Radii(images.Shape[0], iteration)).Images;

    protected override void Add(ITensor images, ITensor labels, uint iteration)
    {
        int count = images.Shape[0];
        ITensor epsilon = Radii(count, iteration);
        ITensor attacked = Show(Given ?? Perturb(images, labels, iteration));
        ITensor delta = Cache.Get("delta", images.Shape);
        Engine.Fill(delta, 0);
        ITensor noRadius = Cache.PerImage("noRadius", count);
        Engine.Fill(noRadius, 0);
        Half(images, labels, delta, noRadius, 0, 1, LossTerm.Clean);
        Engine.Subtract(attacked, images, delta);
        Half(attacked, labels, delta, epsilon, _attackedStatistics, Settings.RobMask.Lambda, LossTerm.Attacked);
    }

    protected override EpochSums Sums(int images, double clean, double attacked, long cleanCorrect, long attackedCorrect) =>
        new(images, clean + (Settings.RobMask.Lambda * attacked), clean, attacked, cleanCorrect, attackedCorrect);

    public override void Dispose()
    {
        _attack.Dispose();
        _target.Dispose();
        base.Dispose();
    }

    private ITensor Radii(int count, uint iteration)
    {
        ITensor epsilon = Cache.PerImage("epsilon", count);
        if (Settings.RobMask.Epsilon == EpsilonDraw.Uniform)
        {
            // From ε_max down: u < 1 gives (0, ε_max].
            Engine.FillUniform(epsilon, new PhiloxKey(Settings.Seed, PhiloxStreams.Epsilon, iteration), Settings.Attack.Epsilon, 0);
        }
        else
        {
            Engine.Fill(epsilon, Settings.Attack.Epsilon);
        }

        return epsilon;
    }

    private void Half(ITensor images, ITensor labels, ITensor delta, ITensor epsilon, int statisticsSet, float weight, LossTerm term)
    {
        bool trainsGate = _targets.HasFlag(BackwardTargets.Coefficients);
        ITensor coefficients = _gate.Coefficients(delta, epsilon, trainsGate);
        CrossEntropyPass(images, labels, TrainingPass(MaskChoice.PerImage(coefficients), statisticsSet), weight, _targets, term);
        if (trainsGate)
        {
            _gate.BackwardParameters(Tape.CoefficientGradient);
        }
    }
}
