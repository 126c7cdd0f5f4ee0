using RobMask.Attacks;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>Batches that are loaded on the calling thread and copied to the engine: for engines that compute where the data are.</summary>
internal sealed class HostBatches(IEngine engine, BatchLoader loader, bool requireUnitBox) : IBatchSource
{
    private readonly TensorCache _cache = new(engine);
    private readonly float[] _pixels = new float[loader.BatchSize * loader.Dataset.ImageShape.Length];
    private readonly int[] _labels = new int[loader.BatchSize];

    public void StartEpoch(int epoch) => loader.StartEpoch(epoch);

    public Batch Load(int batch)
    {
        int count = loader.Load(batch, _pixels, _labels);
        ReadOnlySpan<float> pixels = _pixels.AsSpan(0, count * loader.Dataset.ImageShape.Length);
        if (requireUnitBox)
        {
            PointCheck.RequireUnitBox(pixels, 0, loader.Dataset.ImageShape.Length);
        }

        ITensor images = _cache.Get("images", loader.Dataset.ImageShape.Prepend(count));
        ITensor labels = _cache.Labels("labels", count);
        engine.Upload(pixels, images);
        engine.UploadLabels(_labels.AsSpan(0, count), labels);
        return new Batch(images, labels);
    }

    public void Dispose() => _cache.Dispose();
}
