using RobMask.Attacks;
using RobMask.Data;
using RobMask.Networks;
using RobMask.Tensors;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>What a run does where the user says nothing: settings that end on two cores in the time that the help promises.</summary>
public static class RunPresets
{
    /// <summary>The settings of an experiment on some data.</summary>
    /// <param name="kind">The experiment.</param>
    /// <param name="data">The images.</param>
    /// <param name="full">Train longer and with more seeds, for figures that are to be cited.</param>
    public static RunSettings Create(string kind, DatasetPair data, bool full = false)
    {
        Dataset images = data.HasTrain ? data.Train : data.Test;
        float epsilon = data.SuggestedEpsilon;
        int epochs = Epochs(kind, images.Count) * (full ? 3 : 1);
        return new RunSettings
        {
            Kind = kind,
            Data = data.Name,
            Seeds = (kind, full) switch
            {
                ("demo" or "train", _) => 1,
                (_, true) => 5,
                ("e2" or "e4", false) => 2,
                _ => 1,
            },
            Training = new TrainingSettings
            {
                Network = Fit(new NetworkSettings { Name = images.Bounded ? "cnn" : "masked_linear", Channels = 1, Height = 1, Width = 1, Classes = 2, WidthFactor = kind == "demo" && images.Bounded ? 8 : null }, data),
                Data = data.Name,
                Method = TrainingMethod.Standard,
                Epochs = epochs,
                BatchSize = images.Count < 2000 ? 50 : 100,
                Schedule = new ScheduleSettings { Kind = ScheduleKind.Cyclic, LearningRate = 0.1 },
                Attack = new AttackSettings { Epsilon = epsilon, Steps = full ? 10 : 5, ClipToBox = images.Bounded },
            },
            Evaluation = new EvaluationSettings
            {
                Attack = AttackSettings.Evaluation(epsilon, full ? 50 : 20) with { ClipToBox = images.Bounded },
            },
        };
    }

    /// <summary>A small version for a first look and for automatic checks: fewer epochs, fewer test images, a weaker attack, fewer points.</summary>
    public static RunSettings Shorten(RunSettings settings) => settings with
    {
        Training = settings.Training with { Epochs = Math.Max(1, settings.Training.Epochs / 3), Attack = settings.Training.Attack with { Steps = 3 } },
        Evaluation = settings.Evaluation with { Images = 400, Attack = settings.Evaluation.Attack! with { Steps = 10 } },
        Alphas = [0, 0.25f, 0.5f, 0.75f, 1],
    };

    /// <summary>The network for images and classes of some data.</summary>
    public static NetworkSettings Fit(NetworkSettings network, DatasetPair data)
    {
        Dataset images = data.HasTrain ? data.Train : data.Test;
        TensorShape shape = images.ImageShape;
        return network with { Channels = shape[0], Height = shape[1], Width = shape[2], Classes = images.ClassNames.Count };
    }

    // About sixty thousand images, so that data sets of every size train for a similar time.
    private static int Epochs(string kind, int images) => Math.Clamp((kind == "demo" ? 30_000 : 60_000) / Math.Max(1, images), 2, 30);
}
