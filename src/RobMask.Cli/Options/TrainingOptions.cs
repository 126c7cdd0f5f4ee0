using RobMask.Masking;
using RobMask.Training;

namespace RobMask.Cli.Options;

/// <summary>The options of a training run, apart from its network, data and attack.</summary>
internal static class TrainingOptions
{
    public static OptionSet<TrainingSettings> CreateMethodChoice() => new OptionSet<TrainingSettings>("Method")
        .Add("--method", "NAME", "standard, adversarial, trades, advprop, split or robmask (default standard)", Method, (s, v) => s with { Method = v });

    public static OptionSet<TrainingSettings> Create() => new OptionSet<TrainingSettings>("Training")
        .Add("--epochs", "N", "passes over the training images (default: about 60,000 images, in demo 30,000; at least 2, at most 30 passes)", Values.Whole(0), (s, v) => s with { Epochs = v })
        .Add("--batch-size", "N", "images of a step (default 100; 50 where there are fewer than 2,000)", Values.Whole(1), (s, v) => s with { BatchSize = v })
        .Add("--lr", "NUMBER", "the highest learning rate (default 0.1)", Values.NotNegativeReal, (s, v) => s with { Schedule = s.Schedule with { LearningRate = v } })
        .Add("--schedule", "NAME", "constant, step, cosine or cyclic (default cyclic)", Values.OneOf(("constant", ScheduleKind.Constant), ("step", ScheduleKind.Step), ("cosine", ScheduleKind.Cosine), ("cyclic", ScheduleKind.Cyclic)), (s, v) => s with { Schedule = s.Schedule with { Kind = v } })
        .Add("--milestones", "LIST", "epochs at which --schedule step multiplies (default 1/2 and 3/4)", Values.List(Values.Whole(0)), (s, v) => s with { Schedule = s.Schedule with { Milestones = v } })
        .Add("--lr-factor", "NUMBER", "what --schedule step multiplies by (default 0.1)", Values.NotNegativeReal, (s, v) => s with { Schedule = s.Schedule with { StepFactor = v } })
        .Add("--peak", "PART", "where --schedule cyclic has its peak (default 0.4)", Values.NotNegativeReal, (s, v) => s with { Schedule = s.Schedule with { PeakFraction = v } })
        .Add("--warm-up", "EPOCHS", "epochs over which the rate rises from 0 (default 0)", Values.NotNegativeReal, (s, v) => s with { Schedule = s.Schedule with { WarmUpEpochs = v } })
        .Add("--momentum", "NUMBER", "(default 0.9)", Values.NotNegative, (s, v) => s with { Optimiser = s.Optimiser with { Momentum = v } })
        .Add("--dampening", "NUMBER", "(default 0)", Values.Part, (s, v) => s with { Optimiser = s.Optimiser with { Dampening = v } })
        .AddSwitch("--nesterov", "Nesterov's momentum", (s, v) => s with { Optimiser = s.Optimiser with { Nesterov = v } })
        .Add("--weight-decay", "NUMBER", "(default 5e-4)", Values.NotNegative, (s, v) => s with { Optimiser = s.Optimiser with { WeightDecay = v } })
        .Add("--decay-rescaling", "BOOL", "let weight decay act on the masks too (default true)", Values.Truth, (s, v) => s with { Optimiser = s.Optimiser with { DecayRescaling = v } })
        .Add("--label-smoothing", "NUMBER", "0 to below 1 (default 0)", Values.Part, (s, v) => s with { LabelSmoothing = v })
        .Add("--crop", "PIXELS", "zero padding before a random crop (default 0: no crop)", Values.Whole(0), (s, v) => s with { Augmentation = s.Augmentation with { CropPadding = v } })
        .AddSwitch("--resized-crop", "a random part of the original, 0.08 to 1 of its area, made as large as an image: for imagenet and folders with --image-size", (s, v) => s with { Augmentation = s.Augmentation with { ResizedCrop = v } })
        .AddSwitch("--flip", "mirror half of the training images", (s, v) => s with { Augmentation = s.Augmentation with { Flip = v } })
        .Add("--train-parts", "LIST", "all, or of weights, rescaling, statistics, gate: the rest is frozen", text => Parts(text), (s, v) => s with { Trained = v });

    /// <summary>The options of the training methods.</summary>
    public static OptionSet<TrainingSettings> CreateMethods() => new OptionSet<TrainingSettings>("Method")
        .Add("--trades-beta", "NUMBER", "trades: factor of the KL term (default 6)", Values.NotNegative, (s, v) => s with { TradesBeta = v })
        .Add("--separate-normalisation", "BOOL", "split: statistics for each branch (default false)", Values.Truth, (s, v) => s with { Split = s.Split with { SeparateNormalisation = v } })
        .Add("--separate-rescaling", "BOOL", "split: a mask for each branch (default true)", Values.Truth, (s, v) => s with { Split = s.Split with { SeparateRescaling = v } })
        .Add("--masks", "K", "robmask: primary masks (default 2)", Values.Whole(1), (s, v) => s with { RobMask = s.RobMask with { MaskCount = v } })
        .Add("--lambda", "NUMBER", "robmask: weight of the attacked loss (default 1)", Values.NotNegative, (s, v) => s with { RobMask = s.RobMask with { Lambda = v } })
        .Add("--epsilon-draw", "NAME", "robmask: uniform or fixed radius of each image; --epsilon is the greatest (default uniform)", Values.OneOf(("uniform", EpsilonDraw.Uniform), ("fixed", EpsilonDraw.Fixed)), (s, v) => s with { RobMask = s.RobMask with { Epsilon = v } })
        .Add("--gate", "NAME", "robmask: linear, strength or epsilon (default linear)", Values.OneOf(("linear", GateKind.Linear), ("strength", GateKind.Strength), ("epsilon", GateKind.Epsilon)), (s, v) => Gate(s, s.RobMask.Gate with { Kind = v }))
        .AddSwitch("--free-coefficients", "robmask: no softmax behind the gate", (s, v) => Gate(s, s.RobMask.Gate with { FreeCoefficients = v }))
        .AddSwitch("--gate-per-layer", "robmask: coefficients of its own for every layer", (s, v) => Gate(s, s.RobMask.Gate with { PerLayer = v }))
        .Add("--gate-hidden", "N", "robmask: hidden units of the strength and epsilon gates (default 16)", Values.Whole(0), (s, v) => Gate(s, s.RobMask.Gate with { HiddenUnits = v }))
        .Add("--gate-scale", "NUMBER", "robmask: range of the gate's first weights (default 0.1)", Values.NotNegative, (s, v) => Gate(s, s.RobMask.Gate with { WeightScale = v }))
        .Add("--gate-lr-factor", "NUMBER", "robmask: the gate's learning rate relative to the others (default 1)", Values.NotNegative, (s, v) => s with { Optimiser = s.Optimiser with { GateRateFactor = v } })
        .AddSwitch("--attack-through-gate", "robmask: the training attack's gradient goes through the gate", (s, v) => s with { RobMask = s.RobMask with { AttackThroughGate = v } })
        .AddSwitch("--separate-statistics", "robmask: statistics of their own for attacked images", (s, v) => s with { RobMask = s.RobMask with { SeparateStatistics = v } })
        .Add("--test-mask", "NAME", "robmask: u0 or average, the mask at test time (default u0)", Values.OneOf(("u0", TestMask.GateAtZero), ("average", TestMask.UniformAverage)), (s, v) => s with { RobMask = s.RobMask with { TestMask = v } })
        .Add("--mask-noise", "NUMBER", "robmask: the first γ are uniform in 1 ± this (default 0.05)", Values.Part, (s, v) => s with { RobMask = s.RobMask with { MaskNoise = v } });

    /// <summary>Which method an option of <see cref="CreateMethods"/> is for; null where it is for this one.</summary>
    public static string? Reason(string option, TrainingMethod method)
    {
        TrainingMethod needed = option switch
        {
            "--trades-beta" => TrainingMethod.Trades,
            "--separate-normalisation" or "--separate-rescaling" => TrainingMethod.Split,
            _ => TrainingMethod.RobMask,
        };
        return method == needed ? null : $"it is for --method {needed.ToString().ToLowerInvariant()}";
    }

    /// <summary>The names of the methods.</summary>
    public static Func<string, TrainingMethod> Method { get; } = Values.OneOf(
        ("standard", TrainingMethod.Standard),
        ("adversarial", TrainingMethod.Adversarial),
        ("trades", TrainingMethod.Trades),
        ("advprop", TrainingMethod.AdvProp),
        ("split", TrainingMethod.Split),
        ("robmask", TrainingMethod.RobMask));

    private static TrainingSettings Gate(TrainingSettings settings, GateSettings gate) => settings with { RobMask = settings.RobMask with { Gate = gate } };

    private static TrainedParts Parts(string text) => Values.List(Values.OneOf(
        ("all", TrainedParts.All),
        ("weights", TrainedParts.Weights),
        ("rescaling", TrainedParts.Rescaling),
        ("statistics", TrainedParts.Statistics),
        ("gate", TrainedParts.Gate)))(text).Aggregate(TrainedParts.None, (all, one) => all | one);
}
