using RobMask.Attacks;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>The floating-point operations of a run, counted from its settings: see <see cref="NetworkWork"/> for what counts.</summary>
/// <remarks>
/// F is a forward pass, G the gradient of the images, W the gradients of the parameters. An attack of n steps costs n(F + G)
/// for each restart, and F more where points are compared or the KL term needs its reference. Training: standard F + W;
/// adversarial attack + F + W; TRADES, AdvProp, split and RobMask attack + 2F + 2W. Evaluation: F, and where there is an
/// attack, attack + F. RobMask's gate is left out: with the linear gate on 3×224×224 images and two masks, 0.0006 GFLOP
/// beside 8.2.
/// </remarks>
/// <param name="TrainingImage">Operations of training on one image.</param>
/// <param name="EvaluationImage">Operations of evaluating one image.</param>
public readonly record struct RunWork(double TrainingImage, double EvaluationImage)
{
    /// <summary>Counts the settings.</summary>
    public static RunWork Of(RunSettings settings)
    {
        TrainingSettings training = settings.Training;
        NetworkWork network = NetworkWork.Of(NetworkCatalog.Create(training.EffectiveNetwork()));
        double pass = (double)network.Forward + network.ParameterGradients;
        double step = training.Method switch
        {
            TrainingMethod.Standard => pass,
            TrainingMethod.Adversarial => AttackWork(training.Attack, network) + pass,
            TrainingMethod.Trades => AttackWork(training.TradesAttack(), network) + (2 * pass),
            _ => AttackWork(training.Attack, network) + (2 * pass),
        };
        double evaluation = network.Forward + (settings.Evaluation.Attack is { } attack ? AttackWork(attack, network) + network.Forward : 0);
        return new RunWork(step, evaluation);
    }

    private static double AttackWork(AttackSettings attack, NetworkWork network)
    {
        bool once = attack.Kind == AttackKind.Fgsm || (attack.Kind == AttackKind.Pgd && attack.Start == AttackStart.Clean);
        int runs = once ? 1 : attack.Restarts;
        bool compares = runs > 1 || (attack.Kind == AttackKind.Pgd && attack.Keep == AttackKeep.Best);
        double run = (attack.GradientSteps * ((double)network.Forward + network.InputGradient)) + (compares ? network.Forward : 0);
        return (runs * run) + (attack.Loss == AttackLoss.Kl ? network.Forward : 0);
    }
}
