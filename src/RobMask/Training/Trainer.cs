#pragma warning disable CA1822
using RobMask.Data;
using RobMask.Engines;

namespace RobMask.Training;

/// <summary>Trains a network. Equal settings, data and engine arithmetic give equal bits, whatever the number of threads.</summary>
public sealed class Trainer : IDisposable
{
    /// <summary>Prepares a run.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or the data do not fit the network.</exception>
    public Trainer(IEngine engine, TrainingSettings settings, Dataset train) => Network = TrainedNetwork.Create(engine, settings);

    /// <summary>The network in training.</summary>
    public TrainedNetwork Network { get; }

    /// <summary>Runs to the end, or until it is cancelled: then it stops after the step under way and writes its checkpoint.</summary>
    /// <exception cref="DivergedException">The loss became NaN or infinite.</exception>
    /// <exception cref="InvalidDataException">A checkpoint is damaged, or of another network or method.</exception>
    public TrainingOutcome Run(TrainingRunOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
