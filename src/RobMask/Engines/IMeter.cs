using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>Sums over the images of a batch, step by step; they stay where the engine computes until somebody reads them.</summary>
/// <remarks>Values are added in double. The managed engine adds them in the order of the images.</remarks>
public interface IMeter : IDisposable
{
    /// <summary>The number of steps that have ended since the last <see cref="Read"/>.</summary>
    int Steps { get; }

    /// <summary>Adds Σ of <paramref name="perImage"/> [N] to a sum of the step under way. Does not wait for the device.</summary>
    void Add(int slot, ITensor perImage);

    /// <summary>Ends the step under way.</summary>
    /// <exception cref="InvalidOperationException">More steps have ended than the meter holds.</exception>
    void EndStep();

    /// <summary>The sums of all steps that have ended, [steps, slots] row by row, which are forgotten. Waits for the device.</summary>
    double[] Read();
}
