using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>Steps of a training method on batches that the caller brings: attack, passes, optimiser.</summary>
/// <remarks>
/// With <paramref name="heldSteps"/> = 1 the loss of a step is read before the optimiser acts, which a loss that is no
/// number keeps from acting. With more, for an engine that runs ahead, nothing is read before <see cref="Read"/>, and by
/// then the optimiser has gone on with such a loss: the parameters are worth nothing, and the caller must not keep them.
/// </remarks>
/// <param name="network">The network.</param>
/// <param name="batchSize">The most images of a batch.</param>
/// <param name="heldSteps">The most steps between two calls of <see cref="Read"/>.</param>
internal sealed class TrainingStep(TrainedNetwork network, int batchSize, int heldSteps = 1) : IDisposable
{
    private readonly Objective _objective = Objective.Create(network, batchSize, heldSteps);
    private IReadOnlyList<EpochSums> _read = [];

    public Optimiser Optimiser { get; } = new(network);

    /// <summary>The images of the last step after the attack; null where the method has none.</summary>
    public ITensor? Attacked => _objective.Attacked;

    /// <summary>Attacked images in place of an attack, for who does a recorded step again; null for an attack.</summary>
    public ITensor? Given
    {
        get => _objective.Given;
        set => _objective.Given = value;
    }

    /// <summary>Attacks a batch and changes nothing; null where the method has no attack.</summary>
    public ITensor? Perturb(ITensor images, ITensor labels, long iteration) => _objective.Perturb(images, labels, checked((uint)iteration));

    /// <summary>The number of steps whose losses nobody has read.</summary>
    public int Unread => _read.Count + _objective.Unread;

    /// <summary>Computes the losses of a batch and changes the parameters.</summary>
    /// <param name="images">[N, …].</param>
    /// <param name="labels">[N].</param>
    /// <param name="iteration">The number of the step from 0: it names the random numbers of the attack.</param>
    /// <param name="learningRate">η.</param>
    public void Run(ITensor images, ITensor labels, long iteration, double learningRate)
    {
        network.Model.ZeroGradients();
        network.Gate?.Model.ZeroGradients();
        _objective.Compute(images, labels, checked((uint)iteration));
        if (heldSteps == 1)
        {
            _read = _objective.Read();
        }

        if (_read.All(step => double.IsFinite(step.Loss)))
        {
            Optimiser.Step(learningRate, iteration == 0);
        }
    }

    /// <summary>The losses of every step since the last call, in their order. Waits for the device.</summary>
    public IReadOnlyList<EpochSums> Read()
    {
        IReadOnlyList<EpochSums> read = heldSteps == 1 ? _read : _objective.Read();
        _read = [];
        return read;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _objective.Dispose();
        Optimiser.Dispose();
    }
}
