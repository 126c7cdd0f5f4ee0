using RobMask.Data;
using RobMask.Engines;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Two engines side by side: the same steps from the same state on the same batches, and what differs after each.</summary>
/// <remarks>Weights, order of images, augmentation, starts and radii are those of the settings' seed on both; each engine goes on from its own state.</remarks>
public sealed class Lockstep : IDisposable
{
    private readonly IEngine _left;
    private readonly IEngine _right;
    private readonly BatchReplay _leftRun;
    private readonly BatchReplay _rightRun;
    private readonly BatchLoader _loader;
    private readonly float[] _pixels;
    private readonly int[] _labels;
    private int _steps;

    /// <summary>Prepares both runs.</summary>
    /// <param name="left">One engine.</param>
    /// <param name="right">The other.</param>
    /// <param name="settings">The training; its number of epochs does not count.</param>
    /// <param name="train">The images.</param>
    /// <param name="steps">How many steps there will be, for the schedule.</param>
    /// <param name="initialiseFrom">A checkpoint whose weights are the start; null for the initial weights of the settings' seed.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or the data do not fit the network.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another network.</exception>
    public Lockstep(IEngine left, IEngine right, TrainingSettings settings, Dataset train, int steps, string? initialiseFrom = null)
    {
        int batchSize = Math.Min(settings.BatchSize, train.Count);
        _left = left;
        _right = right;
        _leftRun = new BatchReplay(left, settings, batchSize, steps, initialiseFrom);
        _rightRun = new BatchReplay(right, settings, batchSize, steps, initialiseFrom);
        HostBatch.RequireFit(train, _leftRun.Network.Model.Graph);
        _loader = new BatchLoader(train, batchSize, settings.Seed, shuffle: true, settings.Augmentation);
        _pixels = new float[batchSize * train.ImageShape.Length];
        _labels = new int[batchSize];
    }

    /// <summary>Does the next step on both engines and compares what they have.</summary>
    /// <exception cref="DivergedException">A loss became NaN or infinite.</exception>
    public LockstepStep Step()
    {
        int batch = _steps % _loader.BatchCount;
        if (batch == 0)
        {
            _loader.StartEpoch(_steps / _loader.BatchCount);
        }

        int count = _loader.Load(batch, _pixels, _labels);
        ReadOnlySpan<float> pixels = _pixels.AsSpan(0, _pixels.Length / _labels.Length * count);
        _leftRun.Step(pixels, _labels.AsSpan(0, count));
        _rightRun.Step(pixels, _labels.AsSpan(0, count));
        _steps++;
        List<TensorDifference> differences = [];
        foreach (((string name, ITensor left), (_, ITensor right)) in _leftRun.State().Zip(_rightRun.State()))
        {
            float[] a = new float[left.Shape.Length];
            float[] b = new float[a.Length];
            _left.Download(left, a);
            _right.Download(right, b);
            differences.Add(TensorDifference.Between(name, a, b));
        }

        return new LockstepStep(_steps, _leftRun.Losses[^1], _rightRun.Losses[^1], differences);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leftRun.Dispose();
        _rightRun.Dispose();
    }
}

/// <summary>What differs after a step.</summary>
/// <param name="Number">The step, from 1.</param>
/// <param name="LeftLoss">The mean loss on one engine.</param>
/// <param name="RightLoss">On the other.</param>
/// <param name="Tensors">Every tensor that the step changed: the perturbation first, then parameters, statistics and buffers.</param>
public sealed record LockstepStep(int Number, float LeftLoss, float RightLoss, IReadOnlyList<TensorDifference> Tensors)
{
    /// <summary>The first tensor with other bits; null where all are equal.</summary>
    public TensorDifference? First => Tensors.FirstOrDefault(tensor => tensor.Differing > 0);

    /// <summary>The tensor of the largest relative difference; null where all bits are equal.</summary>
    public TensorDifference? Largest => Tensors.Where(tensor => tensor.Differing > 0).MaxBy(tensor => tensor.Relative);
}
