using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Tests.Attacks;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Training;

public sealed class StatisticsReestimationTests
{
    private const int Batch = StatisticsReestimation.BatchSize;
    private static readonly Dataset Images = ShapesGenerator.Create(new ShapesOptions { TrainCount = (3 * Batch) + 7, TestCount = 10, Size = 16, Classes = 3 }).Train;

    [Fact]
    public void Statistics_are_the_mean_over_batches_under_the_mask()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = TrainedNetwork.Create(engine, TrainingFixture.Settings(TrainingMethod.RobMask));
        MaskChoice mask = MaskChoice.Uniform(0.2f, 0.3f, 0.5f);
        float[][] one = [.. Enumerable.Range(0, 3).Select(b => Statistics(network, mask, new SubsetDataset(Images, Enumerable.Range(b * Batch, Batch)), Batch))];
        float[] all = Statistics(network, mask, Images, 3 * Batch);

        // Training mode normalises by the batch, so what a batch enters does not depend on the batches before it.
        for (int i = 0; i < all.Length; i++)
        {
            double mean = (one[0][i] + (double)one[1][i] + one[2][i]) / 3;
            Assert.Equal(mean, all[i], 4e-7 * (Math.Abs(one[0][i]) + Math.Abs(one[1][i]) + Math.Abs(one[2][i])));
        }

        Assert.Equal(all, Statistics(network, mask, Images, Images.Count));
        Assert.NotEqual(all, Statistics(network, MaskChoice.Primary(0), Images, 3 * Batch));
    }

    [Fact]
    public void The_network_itself_keeps_its_bits()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = TrainedNetwork.Create(engine, TrainingFixture.Settings(TrainingMethod.RobMask));
        int[] before = TrainingFixture.Bits(network);
        DeployedNetwork deployed = network.Deploy();
        DeployedNetwork ready = network.Reestimated(deployed, Images, 2 * Batch);
        Assert.Equal(before, TrainingFixture.Bits(network));
        Assert.NotSame(network.Model, ready.Model);
        Assert.Equal(deployed.Mask, ready.Mask);
        Assert.EndsWith(", statistics re-estimated", ready.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_refused()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = TrainedNetwork.Create(engine, TrainingFixture.Settings(TrainingMethod.Split));
        Assert.Contains("99 images; at least one batch of 100", Assert.Throws<ArgumentException>(() => network.Reestimated(network.Deploy(), Images, 99)).Message, StringComparison.Ordinal);

        // A training set that is itself smaller than a batch is one batch.
        Assert.NotEmpty(Statistics(network, MaskChoice.Primary(0), TrainingFixture.Shapes.Train, 70));
    }

    private static float[] Statistics(TrainedNetwork network, MaskChoice mask, Dataset train, int images) =>
        [.. network.Reestimated(network.Deploy(mask, "test"), train, images).Model.Buffers.SelectMany(buffer => Models.Read(network.Engine, buffer.Value))];
}
