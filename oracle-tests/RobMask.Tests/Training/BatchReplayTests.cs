using RobMask.Data;
using RobMask.Engines.Managed;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Training;

public sealed class BatchReplayTests
{
    [Theory]
    [InlineData(TrainingMethod.Standard)]
    [InlineData(TrainingMethod.Split)]
    [InlineData(TrainingMethod.RobMask)]
    public void Batches_of_an_epoch_replayed_give_the_bits_of_the_epoch(TrainingMethod method)
    {
        TrainingSettings settings = TrainingFixture.Settings(method) with { Epochs = 1 };
        int[] trained = TrainingFixture.Train(settings);

        using ManagedEngine<float> engine = new();
        Dataset train = TrainingFixture.Shapes.Train;
        BatchLoader loader = new(train, settings.BatchSize, settings.Seed, shuffle: true, settings.Augmentation);
        using BatchReplay replay = new(engine, settings, settings.BatchSize, loader.BatchCount, null);
        loader.StartEpoch(0);
        float[] pixels = new float[settings.BatchSize * train.ImageShape.Length];
        int[] labels = new int[settings.BatchSize];
        for (int batch = 0; batch < loader.BatchCount; batch++)
        {
            int count = loader.Load(batch, pixels, labels);
            replay.Step(pixels.AsSpan(0, count * train.ImageShape.Length), labels.AsSpan(0, count));
        }

        Assert.Equal(trained, TrainingFixture.Bits(replay.Network));
        Assert.Equal(loader.BatchCount, replay.Losses.Count);
    }
}
