using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>What is known of a published data set without its files.</summary>
/// <param name="ImageShape">[C, H, W].</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="TrainCount">Training images.</param>
/// <param name="TestCount">Test images.</param>
public sealed record DatasetFacts(TensorShape ImageShape, int Classes, int TrainCount, int TestCount)
{
    /// <summary>The facts of a data set of <see cref="DatasetCatalog.Names"/>; null where it has no fixed extents.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">How much of it is used.</param>
    public static DatasetFacts? Of(string name, DatasetOptions options)
    {
        int size = options.ImageSize ?? ImageFolder.UsualSize;
        DatasetFacts? whole = name switch
        {
            "optdigits" => new(new TensorShape(1, 8, 8), 10, 3823, 1797),
            "mnist" => new(new TensorShape(1, 28, 28), 10, 60_000, 10_000),
            "cifar10" => new(new TensorShape(3, 32, 32), 10, 50_000, 10_000),
            "cifar100" => new(new TensorShape(3, 32, 32), options.CoarseLabels ? 20 : 100, 50_000, 10_000),
            "imagenet" => new(new TensorShape(3, size, size), 1000, 1_281_167, 50_000),
            _ => null,
        };
        return whole is null ? null : whole with { TrainCount = options.TrainCount ?? whole.TrainCount, TestCount = options.TestCount ?? whole.TestCount };
    }
}
