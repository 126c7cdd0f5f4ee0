using RobMask.Data;
using RobMask.Training;

namespace RobMask.Experiments.Suite;

/// <summary>How many images a run trains on and evaluates, all epochs and evaluations together.</summary>
/// <param name="Trained">Images of all epochs.</param>
/// <param name="Evaluated">Images of all evaluations of accuracy.</param>
public readonly record struct RunExtent(long Trained, long Evaluated)
{
    /// <summary>Counts a single training.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="trainImages">Images of the training set.</param>
    /// <param name="testImages">Images of the test set.</param>
    public static RunExtent Of(RunSettings settings, int trainImages, int testImages)
    {
        TrainingSettings training = settings.Training;
        int networks = training.Method is TrainingMethod.Split or TrainingMethod.AdvProp ? 2 : 1;
        long evaluated = (long)networks * Math.Min(settings.Evaluation.Images ?? testImages, testImages);
        if (settings.Monitoring is { EvaluationEvery: > 0 } early && testImages > 0)
        {
            // After the last epoch too, as the trainer does it.
            int times = (training.Epochs + early.EvaluationEvery - 1) / early.EvaluationEvery;
            evaluated += (long)times * Math.Min(early.EvaluationImages, testImages);
        }

        return new RunExtent((long)training.Epochs * trainImages, evaluated);
    }

    /// <summary>Counts a single training on some data.</summary>
    public static RunExtent Of(RunSettings settings, DatasetPair data) =>
        Of(settings, data.HasTrain ? data.Train.Count : 0, data.HasTest ? data.Test.Count : 0);

    /// <summary>The floating-point operations of all of it.</summary>
    public double Operations(RunWork work) => (Trained * work.TrainingImage) + (Evaluated * work.EvaluationImage);
}
