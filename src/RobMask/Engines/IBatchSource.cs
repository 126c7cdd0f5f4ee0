using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>The batches of a data set as tensors of an engine, with the bits of <see cref="Data.BatchLoader"/>.</summary>
public interface IBatchSource : IDisposable
{
    /// <summary>Goes to an epoch.</summary>
    void StartEpoch(int epoch);

    /// <summary>The images and labels of a batch of the epoch.</summary>
    /// <exception cref="ArgumentException">A pixel is NaN or outside [0, 1] where it must lie inside.</exception>
    Batch Load(int batch);
}

/// <summary>A batch; its tensors belong to their source and last until its next <see cref="IBatchSource.Load"/>.</summary>
/// <param name="Images">[N, C, H, W].</param>
/// <param name="Labels">[N].</param>
public readonly record struct Batch(ITensor Images, ITensor Labels);
