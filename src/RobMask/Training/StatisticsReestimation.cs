using RobMask.Data;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Measures the running statistics anew for the mask that is deployed.</summary>
/// <remarks>
/// Where the halves of a training share running statistics but not their masks, the running statistics are a mixture of
/// both halves' and fit neither mask beyond the first layers. A choice of this project: before a mask is deployed, the
/// statistics become the mean over batches of clean training images under that mask, in the order of the data set, each
/// batch of the same size (batch t enters with weight 1/t). Weights and masks stay as they are.
/// </remarks>
internal static class StatisticsReestimation
{
    public const int BatchSize = 100;

    /// <summary>Replaces one set of running statistics of a model.</summary>
    public static void Run(IEngine engine, IModel model, MaskChoice mask, int statisticsSet, Dataset train, int images)
    {
        int size = Math.Min(BatchSize, train.Count);
        int batches = Math.Min(images, train.Count) / size;
        HostBatch batch = new(train, model.Graph, size, requireUnitBox: false);
        using ITape tape = model.CreateTape(size);
        using ITensor pixels = engine.Allocate(train.ImageShape.Prepend(size));
        for (int t = 1; t <= batches; t++)
        {
            batch.Read((t - 1) * size, size);
            engine.Upload(batch.Pixels, pixels);
            tape.Forward(pixels, new ForwardOptions(mask)
            {
                BatchStatistics = true,
                UpdateRunningStatistics = true,
                RunningMomentum = 1f / t,
                StatisticsSet = statisticsSet,
            });
        }
    }

    /// <summary>Makes a second model with the same parameters and statistics.</summary>
    public static void Copy(IEngine engine, IModel source, IModel destination)
    {
        foreach ((ModelParameter from, ModelParameter to) in source.Parameters.Zip(destination.Parameters))
        {
            engine.Copy(from.Value, to.Value);
        }

        foreach ((ModelBuffer from, ModelBuffer to) in source.Buffers.Zip(destination.Buffers))
        {
            engine.Copy(from.Value, to.Value);
        }
    }
}
