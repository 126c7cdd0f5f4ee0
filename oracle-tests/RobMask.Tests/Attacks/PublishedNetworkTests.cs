using RobMask.Attacks;
using RobMask.Checkpoints;
using RobMask.Data;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Networks;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Attacks;

/// <summary>
/// The MNIST network of «Fast is better than free» (Wong, Rice and Kolter 2020), whose clean and robust accuracies are
/// published: an oracle for networks, attacks and evaluation together.
/// </summary>
public sealed class PublishedNetworkTests
{
    /// <summary>9,850 was counted by libtorch; no logit of these images is a tie.</summary>
    [SkippableFact]
    public void The_published_network_has_its_published_clean_accuracy() => Assert.Equal(9850, Evaluate(null).CleanCorrect);

    /// <summary>Counted in C, in float; ±2 because images whose margin is a few ulp may fall to either side.</summary>
    [SkippableTheory]
    [InlineData(false, 9486)]
    [InlineData(true, 9487)]
    public void The_published_network_has_its_recomputed_fgsm_accuracy(bool clip, int expected) => Assert.InRange(
        Evaluate(new AttackSettings { Kind = AttackKind.Fgsm, Epsilon = 0.3f, ClipToBox = clip }).RobustCorrect!.Value,
        expected - 2,
        expected + 2);

    /// <summary>
    /// 88.77 % is published, 88.4 to 88.6 % were recomputed for two seeds: random starts differ, hence the range. The
    /// published code stops an image at its first fooling point and compares restarts by their loss alone; our default,
    /// an image is fooled where any run fools it, counts half a percent fewer as robust.
    /// </summary>
    [SkippableFact]
    [Trait("Category", "Slow")]
    public void The_published_network_has_its_published_pgd_accuracy() => Assert.InRange(
        Evaluate(new AttackSettings { Epsilon = 0.3f, Steps = 50, StepSize = 0.01f, Restarts = 10, Keep = AttackKeep.First, Compare = AttackComparison.Loss }).RobustAccuracy!.Value,
        0.882,
        0.889);

    /// <summary>A hundred images in a second instead of ten thousand: the attack that is published is stronger than FGSM.</summary>
    [SkippableFact]
    public void Pgd_on_the_published_network_is_at_least_as_strong_as_fgsm()
    {
        EvaluationResult fgsm = Evaluate(new AttackSettings { Kind = AttackKind.Fgsm, Epsilon = 0.3f }, 500);
        EvaluationResult pgd = Evaluate(new AttackSettings { Epsilon = 0.3f, Steps = 20, StepSize = 0.02f, Keep = AttackKeep.Best }, 500);
        Assert.InRange(pgd.RobustCorrect!.Value, 400, fgsm.RobustCorrect!.Value);
        Assert.Equal(0, pgd.Diagnostics!.ZeroGradientImages);
    }

    private static EvaluationResult Evaluate(AttackSettings? attack, int? images = null)
    {
        string path = SharedData.RequireConformance("mnist-linf", "fast_at_fgsm.safetensors");
        string folder = SharedData.Require("mnist");
        using SafetensorsFile file = new(path);
        using ManagedEngine<float> engine = new();
        string layers = file.Metadata["network"];
        NetworkSettings settings = new() { Name = "sequential", Channels = 1, Height = 28, Width = 28, Classes = SequentialNetwork.Classes(layers), Layers = layers };
        using IModel model = engine.CreateModel(NetworkCatalog.Create(settings));
        foreach (ModelParameter parameter in model.Parameters)
        {
            float[] values = new float[parameter.Info.Shape.Length];
            file.Read(parameter.Info.Name, values);
            engine.Upload(values, parameter.Value);
        }

        Dataset data = DatasetCatalog.Load(folder).Test;
        return Evaluator.Evaluate(new DeployedNetwork(engine, model, MaskChoice.Primary(0), 0, "published"), data, new EvaluationSettings { BatchSize = 100, Images = images, Attack = attack });
    }
}
