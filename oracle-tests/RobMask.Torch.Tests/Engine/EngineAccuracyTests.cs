using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Experiments.Statistics;
using RobMask.Networks;
using RobMask.Tests;
using RobMask.Torch.Engine;
using RobMask.Training;
using Xunit;
using Xunit.Abstractions;

namespace RobMask.Torch.Tests.Engine;

/// <summary>A short RobMask run in float on both engines: their roundings part, what they learn does not.</summary>
public sealed class EngineAccuracyTests(ITestOutputHelper output)
{
    private const float Epsilon = 0.1f;

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void Accuracies_of_a_RobMask_run_lie_within_each_others_intervals()
    {
        DatasetPair images = DatasetCatalog.Load(SharedData.Require("optdigits"));
        EvaluationResult managed = Run(new ManagedEngine<float>(), images);
        EvaluationResult torch = Run(new TorchEngine(), images);

        output.WriteLine($"clean {managed.CleanCorrect} and {torch.CleanCorrect}, attacked {managed.RobustCorrect} and {torch.RobustCorrect} of {managed.Images}");
        Check("clean", managed.CleanCorrect, torch.CleanCorrect, managed.Images);
        Check("attacked", managed.RobustCorrect!.Value, torch.RobustCorrect!.Value, managed.Images);
    }

    private static EvaluationResult Run(IEngine engine, DatasetPair images)
    {
        using (engine)
        {
            TrainingSettings settings = new()
            {
                Network = new NetworkSettings { Name = "cnn", Channels = 1, Height = 8, Width = 8, Classes = 10 },
                Method = TrainingMethod.RobMask,
                Epochs = 6,
                BatchSize = 100,
                Attack = new AttackSettings { Steps = 5, Epsilon = Epsilon },
            };
            using Trainer trainer = new(engine, settings, images.Train);
            trainer.Run(new TrainingRunOptions());
            return Evaluator.Evaluate(trainer.Network.Deploy(), images.Test, new EvaluationSettings { Attack = new AttackSettings { Steps = 10, Epsilon = Epsilon } });
        }
    }

    private static void Check(string what, int left, int right, int images)
    {
        Interval ofLeft = BinomialInterval.ClopperPearson(left, images);
        Interval ofRight = BinomialInterval.ClopperPearson(right, images);
        Assert.True(ofLeft.Contains((double)right / images) && ofRight.Contains((double)left / images), $"{what}: {left} and {right} right of {images}");
    }
}
