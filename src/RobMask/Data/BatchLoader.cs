using RobMask.Kernels;
using RobMask.Numerics;

namespace RobMask.Data;

/// <summary>Deals a data set out in batches: shuffled or in order, augmented or not.</summary>
/// <remarks>
/// The order of an epoch is the permutation of (seed, <see cref="PhiloxStreams.Shuffle"/>, epoch), and augmentations are
/// those of (seed, <see cref="PhiloxStreams.Augmentation"/>, epoch): an epoch is the same whatever came before it, so a
/// resumed run goes on with the same batches. Loading allocates nothing after the first batch and uses all workers; a
/// loader serves one caller at a time.
/// </remarks>
public sealed class BatchLoader
{
    private readonly ulong _seed;
    private readonly bool _shuffle;
    private readonly int[] _order;
    private float[][] _scratch = [];
    private uint _epoch;

    /// <summary>Makes a loader; it stands at epoch 0.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="batchSize">Images in a batch, ≥ 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="shuffle">Whether an epoch has an order of its own; else the data set's.</param>
    /// <param name="augmentation">What is done to images.</param>
    /// <param name="dropLast">Whether a last batch of fewer images is left out.</param>
    /// <exception cref="ArgumentException">The batch is empty, or larger than the data set while the last one is dropped.</exception>
    public BatchLoader(Dataset dataset, int batchSize, ulong seed = 0, bool shuffle = false, Augmentation augmentation = default, bool dropLast = false)
    {
        if (batchSize < 1 || (dropLast && batchSize > dataset.Count))
        {
            throw new ArgumentException($"batches: {batchSize} images a batch, of {dataset.Count} images, is not possible", nameof(batchSize));
        }

        augmentation.Validate();
        augmentation.RequireFor(dataset);
        Dataset = dataset;
        BatchSize = batchSize;
        Augmentation = augmentation;
        BatchCount = dropLast ? dataset.Count / batchSize : (dataset.Count + batchSize - 1) / batchSize;
        _seed = seed;
        _shuffle = shuffle;
        _order = new int[dataset.Count];
        StartEpoch(0);
    }

    /// <summary>The images.</summary>
    public Dataset Dataset { get; }

    /// <summary>The number of images in every batch but perhaps the last.</summary>
    public int BatchSize { get; }

    /// <summary>The number of batches in an epoch.</summary>
    public int BatchCount { get; }

    /// <summary>What is done to images.</summary>
    public Augmentation Augmentation { get; }

    /// <summary>The data set's indices in the order of this epoch.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>Goes to an epoch.</summary>
    public void StartEpoch(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        _epoch = (uint)epoch;
        if (_shuffle)
        {
            new PhiloxStream(new PhiloxKey(_seed, PhiloxStreams.Shuffle, _epoch)).Permutation(_order);
            return;
        }

        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }
    }

    /// <summary>The number of images in a batch.</summary>
    public int ImagesIn(int batch)
    {
        if ((uint)batch >= (uint)BatchCount)
        {
            throw new ArgumentOutOfRangeException(nameof(batch), batch, $"batches: an epoch has {BatchCount}");
        }

        return Math.Min(BatchSize, _order.Length - (batch * BatchSize));
    }

    /// <summary>Writes the images and labels of a batch to the beginning of two buffers.</summary>
    /// <returns>The number of images.</returns>
    /// <exception cref="ArgumentException">A buffer is too short.</exception>
    public unsafe int Load(int batch, Span<float> images, Span<int> labels)
    {
        int count = ImagesIn(batch);
        int length = Dataset.ImageShape.Length;
        if (images.Length < (long)count * length || labels.Length < count)
        {
            throw new ArgumentException($"batches: {count} images of {length} elements do not fit {images.Length} elements and {labels.Length} labels", nameof(images));
        }

        GrowScratch();

        int start = batch * BatchSize;
        for (int n = 0; n < count; n++)
        {
            labels[n] = Dataset.Label(_order[start + n]);
        }

        fixed (float* pointer = images)
        {
            Workers.For(count, new LoadJob(this, start, pointer, length));
        }

        return count;
    }

    /// <summary>The crop and the flip of an image of the data set in this epoch.</summary>
    internal CropAndFlip Draw(int image) => Augmentation.Draw(new PhiloxKey(_seed, PhiloxStreams.Augmentation, _epoch), image);

    // Apart from Load, whose closure would be allocated at every call.
    private void GrowScratch()
    {
        if (!Augmentation.IsNone && _scratch.Length < Workers.ThreadCount)
        {
            _scratch = [.. Enumerable.Range(0, Workers.ThreadCount).Select(_ => new float[Dataset.ImageShape.Length])];
        }
    }

    private void Load(int position, int worker, Span<float> destination)
    {
        int image = _order[position];
        if (Augmentation.IsNone)
        {
            Dataset.CopyImage(image, destination);
            return;
        }

        Dataset.CopyAugmented(image, Augmentation, new PhiloxKey(_seed, PhiloxStreams.Augmentation, _epoch), image, _scratch[worker], destination);
    }

    private readonly unsafe struct LoadJob(BatchLoader loader, int start, float* images, int length) : IWorkerJob
    {
        private readonly float* _images = images;

        public void Run(int index, int worker) =>
            loader.Load(start + index, worker, new Span<float>(_images + ((long)index * length), length));
    }
}
