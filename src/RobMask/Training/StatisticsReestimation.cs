using RobMask.Data;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Measures the running statistics of a network anew for the mask that is deployed.</summary>
/// <remarks>
/// Where the halves of a training share running statistics but not their masks, the running statistics are a mixture of
/// both halves' and fit neither mask beyond the first layers. A choice of this project: before a mask is deployed, the
/// statistics become the mean over batches of clean training images under that mask, in the order of the data set (where it
/// is sorted by class, the first of each class in turn), each batch of the same size (batch t enters with weight 1/t). Weights and masks stay as they are, and so does the network:
/// the measured statistics live on a copy.
/// </remarks>
/// <param name="engine">Where the network lives.</param>
/// <param name="model">The network.</param>
public sealed class StatisticsReestimation(IEngine engine, IModel model) : IDisposable
{
    /// <summary>Images of a batch, where the training set has as many.</summary>
    public const int BatchSize = 100;

    private readonly IModel _copy = engine.CreateModel(model.Graph);

    /// <summary>The deployed network with statistics of its own; the next call overwrites them.</summary>
    /// <param name="deployed">A mask of the network.</param>
    /// <param name="train">The training images, in the ranges that the network was trained on.</param>
    /// <param name="images">How many of them at most, ≥ 1; whole batches count.</param>
    /// <exception cref="ArgumentException"><paramref name="images"/> is not positive, or there are fewer than one batch.</exception>
    public DeployedNetwork Deploy(DeployedNetwork deployed, Dataset train, int images)
    {
        int size = Math.Min(BatchSize, train.Count);
        int batches = Math.Min(images, train.Count) / size;
        if (batches < 1)
        {
            throw new ArgumentException($"statistics: {images} images; at least one batch of {size} is needed", nameof(images));
        }

        // The first images of classes in order would be those of a class or two.
        train = train.SortedByClass ? SubsetDataset.Interleaved(train, batches * size) : train;
        CopyModel();
        HostBatch batch = new(train, model.Graph, size, requireUnitBox: false);
        using ITape tape = _copy.CreateTape(size);
        using ITensor pixels = engine.Allocate(train.ImageShape.Prepend(size));
        for (int t = 1; t <= batches; t++)
        {
            batch.Read((t - 1) * size, size);
            engine.Upload(batch.Pixels, pixels);
            tape.Forward(pixels, new ForwardOptions(deployed.Mask)
            {
                BatchStatistics = true,
                UpdateRunningStatistics = true,
                RunningMomentum = 1f / t,
                StatisticsSet = deployed.StatisticsSet,
            });
        }

        return deployed with { Model = _copy, Description = deployed.Description + ", statistics re-estimated" };
    }

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();

    private void CopyModel()
    {
        foreach ((ModelParameter from, ModelParameter to) in model.Parameters.Zip(_copy.Parameters))
        {
            engine.Copy(from.Value, to.Value);
        }

        foreach ((ModelBuffer from, ModelBuffer to) in model.Buffers.Zip(_copy.Buffers))
        {
            engine.Copy(from.Value, to.Value);
        }
    }
}
