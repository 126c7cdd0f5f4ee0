using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Training;

/// <summary>What a training method minimises: for a batch it leaves the gradient of its mean in the model's parameters.</summary>
/// <remarks>
/// Rules that hold for every method: the attack comes first and sees the statistics as the step before left them; then the
/// clean pass, then the attacked pass, and each that normalises by its own batch lets that batch enter the running
/// statistics of its set. Losses are means over the batch; terms are added with their weights.
/// </remarks>
internal abstract class Objective : IDisposable
{
    private readonly BackwardTargets _parameterTarget;
    private float[] _perImage = [];

    protected Objective(TrainedNetwork network, int batchSize)
    {
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

    /// <summary>Makes the objective of the network's method.</summary>
    public static Objective Create(TrainedNetwork network, int batchSize) => network.Settings.Method switch
    {
        TrainingMethod.Standard => new StandardObjective(network, batchSize),
        TrainingMethod.Adversarial => new AdversarialObjective(network, batchSize),
        TrainingMethod.Trades => new TradesObjective(network, batchSize),
        TrainingMethod.AdvProp or TrainingMethod.Split => new BranchObjective(network, batchSize),
        _ => new RobMaskObjective(network, batchSize),
    };

    /// <summary>Computes the losses of a batch and adds the gradients.</summary>
    public abstract EpochSums Compute(ITensor images, ITensor labels, uint iteration);

    public virtual void Dispose()
    {
        Tape.Dispose();
        Cache.Dispose();
    }

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
    /// <returns>Σ loss and the number of right answers.</returns>
    protected (double Loss, long Correct) CrossEntropyPass(ITensor images, ITensor labels, ForwardOptions options, float weight, BackwardTargets targets)
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

        return (Sum(loss), (long)Sum(correct));
    }

    /// <summary>Σ of [N], in double, in the order of the images.</summary>
    protected double Sum(ITensor perImage)
    {
        int count = perImage.Shape[0];
        if (_perImage.Length < count)
        {
            _perImage = new float[count];
        }

        Engine.Download(perImage, _perImage.AsSpan(0, count));
        double sum = 0;
        for (int n = 0; n < count; n++)
        {
            sum += _perImage[n];
        }

        return sum;
    }
}
