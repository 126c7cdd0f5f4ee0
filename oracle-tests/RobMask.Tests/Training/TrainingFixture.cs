using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines.Managed;
using RobMask.Masking;
using RobMask.Networks;
using RobMask.Tests.Attacks;
using RobMask.Training;

namespace RobMask.Tests.Training;

/// <summary>Small runs on the embedded data.</summary>
internal static class TrainingFixture
{
    public static DatasetPair Shapes { get; } = ShapesGenerator.Create(new ShapesOptions { TrainCount = 70, TestCount = 40, Size = 16, Classes = 3 });

    public static TrainingSettings Settings(TrainingMethod method) => new()
    {
        Network = new NetworkSettings { Name = "cnn", Channels = 3, Height = 16, Width = 16, Classes = 3, Depth = 2, WidthFactor = 4 },
        Data = "shapes",
        Method = method,
        Epochs = 3,
        BatchSize = 32,
        Seed = 5,
        Augmentation = new Augmentation(2, true),
        Attack = new AttackSettings { Epsilon = 0.03f, Steps = 2 },
        RobMask = new RobMaskSettings { MaskCount = 3, Gate = new GateSettings { WeightScale = 1 } },
    };

    /// <summary>The bits of parameters, statistics and gate after a run.</summary>
    public static int[] Bits(TrainedNetwork network) =>
        [.. network.Model.Parameters.Concat(network.Gate?.Model.Parameters ?? []).Select(p => p.Value)
            .Concat(network.Model.Buffers.Select(b => b.Value))
            .SelectMany(tensor => Models.Read(network.Engine, tensor))
            .Select(BitConverter.SingleToInt32Bits)];

    public static int[] Train(TrainingSettings settings, TrainingRunOptions? options = null)
    {
        using ManagedEngine<float> engine = new();
        using Trainer trainer = new(engine, settings, Shapes.Train);
        trainer.Run(options ?? new TrainingRunOptions());
        return Bits(trainer.Network);
    }
}

/// <summary>Reports at once, on the caller's thread, as <see cref="Progress{T}"/> does not.</summary>
internal sealed class DirectProgress<TValue>(Action<TValue> action) : IProgress<TValue>
{
    public void Report(TValue value) => action(value);
}
