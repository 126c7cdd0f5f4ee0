using RobMask.Attacks;
using RobMask.Data;
using RobMask.Engines.Managed;
using RobMask.Tensors;
using RobMask.Training;
using Xunit;

namespace RobMask.Tests.Training;

public sealed class EvaluatorTests
{
    private static readonly AttackSettings Attack = new() { Epsilon = 0.05f, Steps = 3, Restarts = 2, Keep = AttackKeep.Best };

    [Theory]
    [InlineData(TrainingMethod.Standard)]
    [InlineData(TrainingMethod.AdvProp)]
    [InlineData(TrainingMethod.RobMask)]
    public void Clean_results_do_not_depend_on_the_batch_size(TrainingMethod method)
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, method);
        EvaluationResult[] results = [.. new[] { 1, 7, 40 }.Select(size => Evaluator.Evaluate(network.Deploy(), TrainingFixture.Shapes.Test, new EvaluationSettings { BatchSize = size }))];
        Assert.All(results, result => Assert.Equal(results[0].CleanCorrectImages, result.CleanCorrectImages));
        Assert.All(results, result => Assert.Equal(results[0].CleanLoss, result.CleanLoss));
        Assert.Equal(40, results[0].Images);
        Assert.Null(results[0].RobustCorrect);
    }

    [Fact]
    public void Robust_accuracy_is_at_most_clean_accuracy_image_by_image_and_more_restarts_never_raise_it()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, TrainingMethod.Standard);
        EvaluationResult Run(AttackSettings attack) => Evaluator.Evaluate(network.Deploy(), TrainingFixture.Shapes.Test, new EvaluationSettings { Attack = attack });
        EvaluationResult two = Run(Attack);
        Assert.All(two.CleanCorrectImages.Zip(two.RobustCorrectImages!), pair => Assert.True(pair.First || !pair.Second));
        Assert.Equal(two.RobustCorrect, two.RobustCorrectImages!.Count(right => right));
        Assert.True(two.RobustLoss >= two.CleanLoss);

        // Restart 0 and 1 of batch 0 use steps 0 and 1: a run of four contains both.
        EvaluationResult four = Run(Attack with { Restarts = 4 });
        Assert.All(two.RobustCorrectImages!.Zip(four.RobustCorrectImages!), pair => Assert.True(pair.First || !pair.Second));
        Assert.Equal(Attack.GradientSteps * 2L * 40, two.Diagnostics!.Steps);
    }

    [Fact]
    public void A_radius_of_zero_gives_the_clean_result()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, TrainingMethod.RobMask);
        EvaluationResult result = Evaluator.Evaluate(network.Deploy(), TrainingFixture.Shapes.Test, new EvaluationSettings { Attack = Attack with { Epsilon = 0 }, TrueCoefficients = true });
        Assert.Equal(result.CleanCorrectImages, result.RobustCorrectImages);
        Assert.Equal(result.CleanLoss, result.RobustLoss);
        Assert.Equal(result.CleanCorrect, result.TrueCoefficientsCorrect);
    }

    [Fact]
    public void Evaluation_changes_no_bit_of_the_network()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, TrainingMethod.RobMask);
        int[] before = TrainingFixture.Bits(network);
        Evaluator.Evaluate(network.Deploy(), TrainingFixture.Shapes.Test, new EvaluationSettings { Attack = Attack with { BatchStatistics = true }, TrueCoefficients = true });
        Assert.Equal(before, TrainingFixture.Bits(network));
    }

    [Fact]
    public void Interpolation_ends_at_the_two_masks()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, TrainingMethod.Split);
        EvaluationSettings settings = new() { Attack = Attack };
        IReadOnlyList<InterpolationPoint> points = Interpolation.Sweep(network, [1, 0], [0, 1], [0, 0.5f, 1], TrainingFixture.Shapes.Test, settings);
        Assert.Equal([0, 0.5f, 1], points.Select(point => point.Alpha));
        foreach ((InterpolationPoint point, Branch branch) in new[] { (points[0], Branch.Adversarial), (points[2], Branch.Clean) })
        {
            EvaluationResult expected = Evaluator.Evaluate(network.Deploy(branch), TrainingFixture.Shapes.Test, settings);
            Assert.Equal((expected.CleanLoss, expected.RobustLoss), (point.Result.CleanLoss, point.Result.RobustLoss));
        }
    }

    [Fact]
    public void Single_images_are_attacked_and_returned_with_both_predictions()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, TrainingMethod.Standard);
        IReadOnlyList<AttackedImage> images = Evaluator.Attack(network.Deploy(), TrainingFixture.Shapes.Test, [5, 0, 17], Attack);
        Assert.Equal([5, 0, 17], images.Select(image => image.Index));
        Assert.All(images, image =>
        {
            Assert.Equal(TrainingFixture.Shapes.Test.Label(image.Index), image.Label);
            Assert.Null(PointCheck.Violation(image.Clean, image.Attacked, 0.05f, AttackNorm.Linf, true));
            Assert.NotEqual(image.Clean, image.Attacked);
        });
    }

    [Fact]
    public void Images_outside_the_box_labels_without_a_class_and_foreign_shapes_are_refused()
    {
        using ManagedEngine<float> engine = new();
        using TrainedNetwork network = Trained(engine, TrainingMethod.Standard);
        string Refusal(Dataset data, AttackSettings? attack = null) =>
            Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(network.Deploy(), data, new EvaluationSettings { Attack = attack })).Message;
        float[] pixels = new float[2 * 768];
        pixels[768 + 3] = 1.5f;
        FloatDataset outside = new("outside", new TensorShape(3, 16, 16), pixels, [0, 1], ["a", "b", "c"], bounded: false);
        Assert.Contains("pixel 3 of image 1 is 1.5", Refusal(outside, Attack), StringComparison.Ordinal);
        Assert.Equal(2, Evaluator.Evaluate(network.Deploy(), outside, new EvaluationSettings()).Images);
        Assert.Contains("[3, 8, 8]", Refusal(new FloatDataset("small", new TensorShape(3, 8, 8), new float[192], [0], ["a", "b", "c"], true)), StringComparison.Ordinal);
        Assert.Contains("2 classes", Refusal(new FloatDataset("two", new TensorShape(3, 16, 16), new float[768], [0], ["a", "b"], true)), StringComparison.Ordinal);
        Assert.Contains("epsilon = -1", Refusal(TrainingFixture.Shapes.Test, Attack with { Epsilon = -1 }), StringComparison.Ordinal);
    }

    private static TrainedNetwork Trained(ManagedEngine<float> engine, TrainingMethod method)
    {
        using TemporaryFolder folder = new();
        using Trainer trainer = new(engine, TrainingFixture.Settings(method) with { Epochs = 2 }, TrainingFixture.Shapes.Train);
        trainer.Run(new TrainingRunOptions { CheckpointPath = folder["a.safetensors"] });
        return TrainedNetwork.Load(engine, folder["a.safetensors"]);
    }
}
