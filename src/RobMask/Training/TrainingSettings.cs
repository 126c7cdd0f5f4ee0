using RobMask.Attacks;
using RobMask.Data;
using RobMask.Networks;

namespace RobMask.Training;

/// <summary>Everything that a training run depends on, apart from its data. A value: checkpoints and run folders carry it.</summary>
public sealed record TrainingSettings
{
    /// <summary>The network. Its numbers of masks and of statistics are set by the method: see <see cref="EffectiveNetwork"/>.</summary>
    public required NetworkSettings Network { get; init; }

    /// <summary>What the data are called, for reports and checkpoints.</summary>
    public string Data { get; init; } = string.Empty;

    /// <summary>The objective.</summary>
    public TrainingMethod Method { get; init; } = TrainingMethod.Standard;

    /// <summary>Passes over the training images, ≥ 0.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images of one step, ≥ 1.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>The key of every random number.</summary>
    public ulong Seed { get; init; }

    /// <summary>The learning rate.</summary>
    public ScheduleSettings Schedule { get; init; } = new();

    /// <summary>Momentum and weight decay.</summary>
    public OptimiserSettings Optimiser { get; init; } = new();

    /// <summary>Changes of the training images.</summary>
    public Augmentation Augmentation { get; init; }

    /// <summary>0 ≤ s &lt; 1, of the cross-entropies that are minimised.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>The attack of the methods that train on attacked images. TRADES sets its loss and start itself.</summary>
    public AttackSettings Attack { get; init; } = new();

    /// <summary>The factor of the KL term of TRADES.</summary>
    public float TradesBeta { get; init; } = 6;

    /// <summary>The options of split.</summary>
    public SplitSettings Split { get; init; } = new();

    /// <summary>The options of RobMask.</summary>
    public RobMaskSettings RobMask { get; init; } = new();

    /// <summary>What may change; the rest is frozen.</summary>
    public TrainedParts Trained { get; init; } = TrainedParts.All;

    /// <summary>The network with the primary masks and sets of statistics that the method needs.</summary>
    public NetworkSettings EffectiveNetwork() => Method switch
    {
        TrainingMethod.AdvProp => Network with { MaskCount = 2, StatisticsSets = 2 },
        TrainingMethod.Split => Network with { MaskCount = Split.SeparateRescaling ? 2 : 1, StatisticsSets = Split.SeparateNormalisation ? 2 : 1 },
        TrainingMethod.RobMask => Network with { MaskCount = RobMask.MaskCount, StatisticsSets = RobMask.SeparateStatistics ? 2 : 1 },
        _ => Network,
    };

    /// <summary>The attack of TRADES: <see cref="Attack"/> with the KL loss, the normal start, no target and the last point.</summary>
    public AttackSettings TradesAttack() => Attack with
    {
        Kind = AttackKind.Pgd,
        Loss = AttackLoss.Kl,
        Start = AttackStart.Normal,
        Target = AttackTargetClass.None,
        Keep = AttackKeep.Last,
        Restarts = 1,
    };

    /// <summary>Checks every setting against its range and the others.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it, its value and the rule.</exception>
    public void Validate()
    {
        Require(Epochs >= 0, $"{Epochs} epochs; 0 or more are allowed");
        Require(BatchSize >= 1, $"a batch of {BatchSize} images; at least 1 is needed");
        Require(LabelSmoothing is >= 0 and < 1, $"label smoothing {LabelSmoothing}; 0 to below 1 is allowed");
        Require(float.IsFinite(TradesBeta) && TradesBeta >= 0, $"the factor of TRADES is {TradesBeta}; it must be finite and at least 0");
        Require(double.IsFinite(Schedule.LearningRate) && Schedule.LearningRate >= 0, $"learning rate {Schedule.LearningRate}; it must be finite and at least 0");
        Require(Schedule.PeakFraction is > 0 and < 1, $"the peak of a cyclic schedule at {Schedule.PeakFraction} of the run; above 0 and below 1 is allowed");
        Require(double.IsFinite(Schedule.WarmUpEpochs) && Schedule.WarmUpEpochs >= 0, $"{Schedule.WarmUpEpochs} epochs of warm-up; 0 or more are allowed");
        Require(Optimiser.Momentum >= 0 && Optimiser.WeightDecay >= 0, $"momentum {Optimiser.Momentum} and weight decay {Optimiser.WeightDecay} must be at least 0");
        Require(!Optimiser.Nesterov || (Optimiser.Momentum > 0 && Optimiser.Dampening == 0), "Nesterov's momentum needs momentum above 0 and no dampening");
        Augmentation.Validate();
        if (Method != TrainingMethod.Standard)
        {
            (Method == TrainingMethod.Trades ? TradesAttack() : Attack).Validate(Network.Classes);
            Require(Attack.Target != AttackTargetClass.Given, "a training attack towards given classes has nobody who gives them");
        }

        if (Method == TrainingMethod.RobMask)
        {
            RobMask.Validate();
            Require(Attack.Epsilon > 0, "RobMask needs an epsilon_max above 0: its gate divides by it");
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException("training: " + message);
        }
    }
}
