using RobMask.Attacks;
using RobMask.Masking;
using RobMask.Networks;
using RobMask.Training;

namespace RobMask.Bench.Steps;

/// <summary>Which step: network, method, batch.</summary>
internal sealed record StepCase(string Network, TrainingMethod Method, int Batch)
{
    public const int AttackSteps = 7;
    public const int MaskCount = 3;
    private const int Classes = 10;

    /// <summary>The networks that are compared, as the command line calls them.</summary>
    public static IReadOnlyList<string> Networks { get; } = ["preact_resnet18", "cnn", "wide_resnet", "resnext29"];

    /// <summary>The methods that are compared.</summary>
    public static IReadOnlyList<TrainingMethod> Methods { get; } = [TrainingMethod.Standard, TrainingMethod.Adversarial, TrainingMethod.RobMask];

    /// <summary>What both do: 3×32×32 images, 10 classes, the catalogue's defaults but for the Wide-ResNet, which is 16-4.</summary>
    public TrainingSettings Settings => new()
    {
        Network = new NetworkSettings
        {
            Name = Network,
            Channels = 3,
            Height = 32,
            Width = 32,
            Classes = Classes,
            Depth = Network == "wide_resnet" ? 16 : null,
            WidthFactor = Network == "wide_resnet" ? 4 : null,
        },
        Method = Method,
        BatchSize = Batch,
        Seed = 1,
        Attack = new AttackSettings { Steps = AttackSteps },

        // Masks that differ and a gate that tells perturbations apart from the first step on: the times do not change by it,
        // and the first loss would show a mask or a mixture gone wrong.
        RobMask = new RobMaskSettings { MaskCount = MaskCount, MaskNoise = 0.5f, Gate = new GateSettings { WeightScale = 5 } },
    };

    /// <summary>Network and method.</summary>
    public string Describe() => $"{NetworkCatalog.Create(Settings.EffectiveNetwork()).Name}, {MethodName}";

    private string MethodName => Method switch
    {
        TrainingMethod.Standard => "standard",
        TrainingMethod.Adversarial => $"adversarial PGD-{AttackSteps}",
        _ => $"RobMask k={MaskCount} PGD-{AttackSteps}",
    };
}
