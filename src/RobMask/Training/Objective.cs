using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>What a training method minimises: for a batch it leaves the gradient of its mean in the model's parameters.</summary>
/// <remarks>
/// Rules that hold for every method: the attack comes first and sees the statistics as the step before left them; then the
/// clean pass, then the attacked pass, and each that normalises by its own batch lets that batch enter the running
/// statistics of its set. Losses are means over the batch; terms are added with their weights. Their sums stay in a meter
/// of the engine until they are read, so that nothing here waits for a device.
/// </remarks>
internal abstract class Objective : IDisposable
{
    private readonly BackwardTargets _parameterTarget;
    private readonly IMeter _meter;
    private readonly Queue<int> _images = new();

    protected Objective(TrainedNetwork network, int batchSize, int heldSteps)
    {
        _meter = network.Engine.CreateMeter(Enum.GetValues<LossTerm>().Length, heldSteps);
        Network = network;
        Cache = new TensorCache(network.Engine);
        Tape = network.Model.CreateTape(batchSize);
        _parameterTarget = (Settings.Trained & (TrainedParts.Weights | TrainedParts.Rescaling)) != 0 ? BackwardTargets.Parameters : BackwardTargets.None;
    }

    protected TrainedNetwork Network { get; }

    protected TrainingSettings Settings => Network.Settings;

    protected IEngine Engine => Network.Engine;

    protected TensorCache Cache { get; }

    protected ITape Tape { get; }

    protected int Classes => Network.Model.Graph.OutputShape.Length;

    /// <summary>What a backward pass is asked for so that the parts that are trained get their gradients.</summary>
    protected BackwardTargets ParameterTarget => _parameterTarget;

    /// <summary>The images of the last batch after the attack; null where the method has none.</summary>
    public ITensor? Attacked { get; private set; }

    /// <summary>Attacked images that somebody else made, in place of an attack of this objective's own; null for that.</summary>
    public ITensor? Given { get; set; }

    /// <summary>Makes the objective of the network's method.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batchSize">The most images of a batch.</param>
    /// <param name="heldSteps">The most steps between two calls of <see cref="Read"/>.</param>
    public static Objective Create(TrainedNetwork network, int batchSize, int heldSteps = 1) => network.Settings.Method switch
    {
        TrainingMethod.Standard => new StandardObjective(network, batchSize, heldSteps),
        TrainingMethod.Adversarial => new AdversarialObjective(network, batchSize, heldSteps),
        TrainingMethod.Trades => new TradesObjective(network, batchSize, heldSteps),
        TrainingMethod.AdvProp or TrainingMethod.Split => new BranchObjective(network, batchSize, heldSteps),
        _ => new RobMaskObjective(network, batchSize, heldSteps),
    };

    /// <summary>Attacks a batch and changes nothing; null where the method has no attack.</summary>
    public virtual ITensor? Perturb(ITensor images, ITensor labels, uint iteration) => null;

    /// <summary>The number of steps whose losses nobody has read.</summary>
    public int Unread => _meter.Steps;

    /// <summary>Computes the losses of a batch and adds the gradients.</summary>
    public void Compute(ITensor images, ITensor labels, uint iteration)
    {
        Add(images, labels, iteration);
        _meter.EndStep();
        _images.Enqueue(images.Shape[0]);
    }

    /// <summary>The losses of every step since the last call, in their order. Waits for the device.</summary>
    public IReadOnlyList<EpochSums> Read()
    {
        double[] sums = _meter.Read();
        int terms = Enum.GetValues<LossTerm>().Length;
        return [.. sums.Chunk(terms).Select(step => Sums(_images.Dequeue(), step[(int)LossTerm.Clean], step[(int)LossTerm.Attacked], (long)step[(int)LossTerm.CleanCorrect], (long)step[(int)LossTerm.AttackedCorrect]))];
    }

    public virtual void Dispose()
    {
        _meter.Dispose();
        Tape.Dispose();
        Cache.Dispose();
    }

    /// <summary>Adds the gradients of a batch, and the terms of its loss to the meter.</summary>
    protected abstract void Add(ITensor images, ITensor labels, uint iteration);

    /// <summary>The objective of a batch from the sums of its terms.</summary>
    protected abstract EpochSums Sums(int images, double clean, double attacked, long cleanCorrect, long attackedCorrect);

    /// <summary>A training pass: by batch statistics, which enter the running ones, unless those are frozen.</summary>
    protected ForwardOptions TrainingPass(MaskChoice mask, int statisticsSet)
    {
        bool batch = Settings.Trained.HasFlag(TrainedParts.Statistics);
        return new ForwardOptions(mask) { BatchStatistics = batch, UpdateRunningStatistics = batch, StatisticsSet = statisticsSet, KeepForBackward = true };
    }

    /// <summary>What the attack sees: running statistics, or its batch's own where the attack's settings say so.</summary>
    protected ForwardOptions AttackPass(MaskChoice mask, int statisticsSet) =>
        new(mask) { BatchStatistics = Settings.Attack.BatchStatistics, StatisticsSet = statisticsSet };

    /// <summary>The random numbers of the attack of an iteration.</summary>
    protected PhiloxKey AttackKey(uint iteration) => new(Settings.Seed, PhiloxStreams.TrainingAttack, iteration);

    /// <summary>Keeps in view what the attack gave.</summary>
    protected ITensor Show(ITensor attacked) => Attacked = attacked;

    /// <summary>Cross-entropy of one pass: forward, loss, right answers, and the gradient of weight · mean.</summary>
    /// <remarks>Σ loss goes to <paramref name="term"/>, the number of right answers to the slot that belongs to it.</remarks>
    protected void CrossEntropyPass(ITensor images, ITensor labels, ForwardOptions options, float weight, BackwardTargets targets, LossTerm term)
    {
        int count = images.Shape[0];
        ITensor logits = Tape.Forward(images, options);
        ITensor loss = Cache.PerImage("loss", count);
        ITensor correct = Cache.PerImage("correct", count);
        ITensor gradient = Cache.Get("gradient", logits.Shape);
        Engine.CrossEntropy(logits, labels, Settings.LabelSmoothing, weight / count, loss, gradient);
        Engine.Correct(logits, labels, correct);
        if (targets != BackwardTargets.None)
        {
            Tape.Backward(gradient, targets);
        }

        Count(term, loss);
        Count(term == LossTerm.Clean ? LossTerm.CleanCorrect : LossTerm.AttackedCorrect, correct);
    }

    /// <summary>Adds Σ of [N] to a term of the step.</summary>
    protected void Count(LossTerm term, ITensor perImage) => _meter.Add((int)term, perImage);
}
