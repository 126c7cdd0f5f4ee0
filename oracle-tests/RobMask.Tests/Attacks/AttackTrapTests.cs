using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Kernels;
using RobMask.Masking;
using RobMask.Numerics;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Attacks;

/// <summary>The traps that docs/method.md names.</summary>
public sealed class AttackTrapTests
{
    private const int Images = 5;
    private static readonly PhiloxKey Key = new(9, PhiloxStreams.EvaluationAttack, 4);
    private static readonly TensorShape Shape = new(Images, 2, 8, 8);

    public static TheoryData<AttackSettings> Attacks
    {
        get
        {
            TheoryData<AttackSettings> data = [];
            foreach (AttackNorm norm in Enum.GetValues<AttackNorm>())
            {
                float epsilon = norm == AttackNorm.Linf ? 0.1f : 1f;
                data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Kind = AttackKind.Fgsm });
                data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Kind = AttackKind.RandomFgsm, Restarts = 2 });
                foreach (AttackLoss loss in Enum.GetValues<AttackLoss>())
                {
                    data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Steps = 4, Loss = loss });
                    data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Steps = 4, Loss = loss, Keep = AttackKeep.Best, Restarts = 3, BatchStatistics = true });
                    data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Steps = 4, Loss = loss, Start = AttackStart.Normal });
                    if (loss != AttackLoss.Kl)
                    {
                        data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Steps = 4, Loss = loss, Target = AttackTargetClass.LeastLikely });
                        data.Add(new AttackSettings { Norm = norm, Epsilon = epsilon, Steps = 4, Loss = loss, Target = AttackTargetClass.Next, Start = AttackStart.Clean });
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Points_lie_in_ball_and_box_and_parameters_gradients_and_statistics_stay_untouched(AttackSettings settings)
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] clean = Models.Uniform(new Random(1), Shape.Length);
        clean[0] = 0;
        clean[1] = 1;
        FillGradients(engine, model);
        int[] before = Models.Bits(engine, model);
        float[] attacked = Run(engine, model, settings, clean);
        PointCheck.Require(clean, attacked, Images, settings.Epsilon, settings.Norm, box: true);
        Assert.NotEqual(clean, attacked);
        Assert.Equal(before, Models.Bits(engine, model));
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public void A_radius_of_zero_gives_the_clean_images_and_logits_bit_for_bit(AttackSettings settings)
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] clean = Models.Uniform(new Random(2), Shape.Length);
        float[] attacked = Run(engine, model, settings with { Epsilon = 0 }, clean);
        Assert.Equal(clean.Select(BitConverter.SingleToInt32Bits), attacked.Select(BitConverter.SingleToInt32Bits));

        // Radii of each image: the second image keeps its bits, the first does not.
        float[] radii = [settings.Epsilon, 0, 0, settings.Epsilon, 0];
        float[] mixed = Run(engine, model, settings, clean, radii: radii);
        int length = Shape.LengthPerImage;
        for (int n = 0; n < Images; n++)
        {
            bool same = clean.AsSpan(n * length, length).SequenceEqual(mixed.AsSpan(n * length, length));
            Assert.Equal(radii[n] == 0, same);
        }
    }

    [Fact]
    public void Each_image_has_its_own_radius()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] clean = Models.Uniform(new Random(3), Shape.Length, 0.3f, 0.7f);
        float[] radii = [0.01f, 0.02f, 0.03f, 0.04f, 0.05f];
        float[] attacked = Run(engine, model, new AttackSettings { Epsilon = 0.05f, Kind = AttackKind.Fgsm }, clean, radii: radii);
        int length = Shape.LengthPerImage;
        for (int n = 0; n < Images; n++)
        {
            float largest = Enumerable.Range(n * length, length).Max(i => Math.Abs(attacked[i] - clean[i]));
            Assert.Equal(radii[n], largest, 1e-6f);
        }
    }

    [Fact]
    public void The_best_point_of_restarts_is_at_least_as_bad_as_every_run_s_last_point()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] clean = Models.Uniform(new Random(4), Shape.Length);
        AttackSettings settings = new() { Epsilon = 0.05f, Steps = 3, Loss = AttackLoss.Margin, Keep = AttackKeep.Best };
        float[] best = Losses(engine, model, Run(engine, model, settings with { Restarts = 4 }, clean));
        for (uint r = 0; r < 4; r++)
        {
            // Restart r of draw s uses the numbers of step s·restarts + r.
            float[] last = Losses(engine, model, Run(engine, model, settings with { Keep = AttackKeep.Last }, clean, Key with { Step = (Key.Step * 4) + r }));
            Assert.All(best.Zip(last), pair => Assert.True(pair.First >= pair.Second));
        }
    }

    /// <summary>With zero weights everywhere the gradient is 0: sign(0) = 0 leaves a clean start where it is, and the result says so.</summary>
    [Theory]
    [InlineData(AttackNorm.Linf)]
    [InlineData(AttackNorm.L2)]
    public void A_gradient_of_zeros_moves_nothing_and_is_reported(AttackNorm norm)
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Linear(engine, [new float[4], new float[4], new float[4]]);
        float[] clean = [0.1f, 0.2f, 0.3f, 0.4f];
        using ITape tape = model.CreateTape(1);
        using Attack attack = new(engine, new AttackSettings { Norm = norm, Start = AttackStart.Clean, Steps = 3 });
        AttackOutcome outcome = attack.Run(
            new NetworkTarget(engine, tape, 3, new ForwardOptions(MaskChoice.Primary(0))),
            Models.Tensor(engine, clean, 1, 4, 1, 1),
            Models.Labels(engine, 0),
            Key,
            diagnose: true);
        Assert.Equal(clean, Models.Read(engine, outcome.Images));
        Assert.Equal(new AttackDiagnostics(1, 1, 3, 3, 0, 0), outcome.Diagnostics);
        Assert.Contains("gradient of exactly 0", Assert.Single(outcome.Diagnostics!.Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_saturated_softmax_is_reported_and_the_margin_loss_still_moves()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Linear(engine, [[1000, 1000], [-1000, -1000]]);
        float[] clean = [0.5f, 0.5f];
        using ITape tape = model.CreateTape(1);
        AttackDiagnostics Diagnose(AttackLoss loss)
        {
            using Attack attack = new(engine, new AttackSettings { Kind = AttackKind.Fgsm, Loss = loss });
            return attack.Run(
                new NetworkTarget(engine, tape, 2, new ForwardOptions(MaskChoice.Primary(0))),
                Models.Tensor(engine, clean, 1, 2, 1, 1),
                Models.Labels(engine, 0),
                Key,
                diagnose: true).Diagnostics!;
        }

        Assert.Equal((1, 1), (Diagnose(AttackLoss.CrossEntropy).SaturatedImages, Diagnose(AttackLoss.CrossEntropy).ZeroGradientImages));
        Assert.Equal((1, 0), (Diagnose(AttackLoss.Margin).SaturatedImages, Diagnose(AttackLoss.Margin).ZeroGradientImages));
    }

    /// <summary>The mode is an option that changes the result; attacked points of one image then depend on its batch.</summary>
    [Fact]
    public void The_mode_of_batch_normalisation_inside_the_attack_matters_and_evaluation_mode_is_free_of_the_batch()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] clean = Models.Uniform(new Random(6), Shape.Length);
        AttackSettings settings = new() { Epsilon = 0.1f, Steps = 3, Start = AttackStart.Clean };
        float[] running = Run(engine, model, settings, clean);
        float[] batch = Run(engine, model, settings with { BatchStatistics = true }, clean);
        Assert.NotEqual(running, batch);
        int length = Shape.LengthPerImage;
        float[] alone = Run(engine, model, settings, clean[..length], images: 1);
        Assert.Equal(running[..length], alone);
        float[] aloneByBatch = Run(engine, model, settings with { BatchStatistics = true }, clean[..length], images: 1);
        Assert.NotEqual(batch[..length], aloneByBatch);
    }

    [Fact]
    public void Attacked_points_have_the_same_bits_on_one_and_two_threads()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine);
        float[] clean = Models.Uniform(new Random(8), Shape.Length);
        AttackSettings settings = new() { Epsilon = 0.1f, Steps = 3, Restarts = 2, Keep = AttackKeep.Best };
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            float[] one = Run(engine, model, settings, clean);
            Workers.ThreadCount = 2;
            Assert.Equal(one, Run(engine, model, settings, clean));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [Fact]
    public void Targets_are_the_least_likely_and_the_next_class()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Linear(engine, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
        float[] clean = [0.6f, 0.2f, 0.4f];
        using ITape tape = model.CreateTape(1);
        float[] Towards(AttackTargetClass target, int label)
        {
            using Attack attack = new(engine, new AttackSettings { Epsilon = 0.1f, Kind = AttackKind.Fgsm, Target = target, Loss = AttackLoss.Margin });
            return Models.Read(engine, attack.Run(
                new NetworkTarget(engine, tape, 3, new ForwardOptions(MaskChoice.Primary(0))),
                Models.Tensor(engine, clean, 1, 3, 1, 1),
                Models.Labels(engine, label),
                Key).Images);
        }

        // The margin of the target: its own logit up, the best other logit down.
        Assert.Equal([0.5f, 0.3f, 0.4f], Towards(AttackTargetClass.LeastLikely, 0), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0.7f, 0.2f, 0.3f], Towards(AttackTargetClass.Next, 2), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData("epsilon", -0.1f, 10, 1, AttackLoss.CrossEntropy, 10)]
    [InlineData("epsilon", float.NaN, 10, 1, AttackLoss.CrossEntropy, 10)]
    [InlineData("0 steps", 0.1f, 0, 1, AttackLoss.CrossEntropy, 10)]
    [InlineData("0 restarts", 0.1f, 10, 0, AttackLoss.CrossEntropy, 10)]
    [InlineData("needs 3 classes", 0.1f, 10, 1, AttackLoss.Dlr, 2)]
    [InlineData("needs 2 classes", 0.1f, 10, 1, AttackLoss.Margin, 1)]
    public void Settings_out_of_range_are_named(string message, float epsilon, int steps, int restarts, AttackLoss loss, int classes)
    {
        AttackSettings settings = new() { Epsilon = epsilon, Steps = steps, Restarts = restarts, Loss = loss };
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => settings.Validate(classes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_named()
    {
        Assert.Throws<ArgumentException>(() => new AttackSettings { StepSize = 0.1f, RelativeStepSize = 1 }.Validate(10));
        Assert.Throws<ArgumentException>(() => new AttackSettings { Loss = AttackLoss.Kl, Start = AttackStart.Clean }.Validate(10));
        Assert.Throws<ArgumentException>(() => new AttackSettings { Loss = AttackLoss.Kl, Target = AttackTargetClass.Next }.Validate(10));
        Assert.Throws<ArgumentException>(() => new AttackSettings { Loss = AttackLoss.Dlr, Target = AttackTargetClass.Next }.Validate(3));
        Assert.Throws<ArgumentException>(() => new AttackSettings { Kind = AttackKind.Fgsm, StepSize = 0.1f }.Validate(10));
    }

    [Fact]
    public void The_check_of_points_finds_what_leaves_ball_or_box()
    {
        float[] clean = [0.5f, 0.98f];
        Assert.Null(PointCheck.Violation(clean, [0.6f, 0.98f], 0.1f, AttackNorm.Linf, true));
        Assert.Contains("pixel 0 moved", PointCheck.Violation(clean, [0.6001f, 0.98f], 0.1f, AttackNorm.Linf, true), StringComparison.Ordinal);
        Assert.Contains("pixel 1", PointCheck.Violation(clean, [0.5f, 1.0001f], 0.1f, AttackNorm.Linf, true), StringComparison.Ordinal);
        Assert.Null(PointCheck.Violation(clean, [0.5f, 1.0001f], 0.1f, AttackNorm.Linf, false));
        Assert.Contains("length", PointCheck.Violation(clean, [0.58f, 0.91f], 0.1f, AttackNorm.L2, true), StringComparison.Ordinal);
        Assert.Contains("NaN", PointCheck.Violation(clean, [float.NaN, 0.9f], 0.1f, AttackNorm.L2, true), StringComparison.Ordinal);
    }

    /// <summary>δ through the gate: the input gradient of the whole against central differences in double, h = 1e-5 and smooth: 1e-7.</summary>
    [Theory]
    [InlineData(GateKind.Linear, false)]
    [InlineData(GateKind.Linear, true)]
    [InlineData(GateKind.Strength, false)]
    [InlineData(GateKind.Epsilon, false)]
    public void The_gradient_through_the_gate_is_a_central_difference(GateKind kind, bool perLayer)
    {
        using ManagedEngine<double> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        GateSettings settings = new() { Kind = kind, PerLayer = perLayer, WeightScale = 3 };
        using MaskGate gate = MaskGate.Create(engine, settings, model.Graph, 0.2f);
        gate.Initialise(5);
        Random random = new(12);
        DenseTensor<double> clean = new(Shape);
        DenseTensor<double> point = new(Shape);
        for (int i = 0; i < clean.Length; i++)
        {
            clean.Span[i] = random.NextDouble();
            point.Span[i] = clean.Span[i] + (0.2 * (random.NextDouble() - 0.5));
        }

        DenseTensor<double> epsilon = new(Images);
        epsilon.Span.Fill(0.1);
        DenseTensor<double> weights = new(Images, 4);
        for (int i = 0; i < weights.Length; i++)
        {
            weights.Span[i] = random.NextDouble() - 0.5;
        }

        using ITape tape = model.CreateTape(Images);
        using GatedTarget target = new(engine, tape, gate, 4, new ForwardOptions(MaskChoice.Primary(0)), throughGate: true);
        target.Begin(clean, epsilon);
        double Value()
        {
            double sum = 0;
            ReadOnlySpan<double> logits = ((DenseTensor<double>)target.Logits(point, keepForGradient: true)).Span;
            for (int i = 0; i < logits.Length; i++)
            {
                sum += logits[i] * weights.Span[i];
            }

            return sum;
        }

        Value();
        double[] gradient = ((DenseTensor<double>)target.InputGradient(weights)).Span.ToArray();
        double scale = gradient.Max(Math.Abs);
        int wrong = 0;
        for (int trial = 0; trial < 40; trial++)
        {
            int i = random.Next(point.Length);
            double keep = point.Span[i];
            const double H = 1e-5;
            point.Span[i] = keep + H;
            double up = Value();
            point.Span[i] = keep - H;
            double down = Value();
            point.Span[i] = keep;
            wrong += Math.Abs(((up - down) / (2 * H)) - gradient[i]) > 1e-6 * scale ? 1 : 0;
        }

        // A ReLU may change its mind between the two points: not in more than two of forty.
        Assert.InRange(wrong, 0, 2);
    }

    private static void FillGradients(ManagedEngine<float> engine, IModel model)
    {
        using ITape tape = model.CreateTape(Images);
        ITensor logits = tape.Forward(Models.Tensor(engine, Models.Uniform(new Random(10), Shape.Length), Images, 2, 8, 8), new ForwardOptions(MaskChoice.Primary(0)) { KeepForBackward = true });
        tape.Backward(Models.Tensor(engine, Models.Uniform(new Random(11), logits.Shape.Length), Images, 4), BackwardTargets.Parameters);
    }

    private static float[] Losses(ManagedEngine<float> engine, IModel model, float[] pixels)
    {
        using ITape tape = model.CreateTape(Images);
        ITensor logits = tape.Forward(Models.Tensor(engine, pixels, Images, 2, 8, 8), new ForwardOptions(MaskChoice.Primary(0)));
        ITensor loss = engine.Allocate(new TensorShape(Images));
        engine.Margin(logits, Models.Labels(engine, 0, 1, 2, 3, 0), 1, loss, null);
        return Models.Read(engine, loss);
    }

    private static float[] Run(ManagedEngine<float> engine, IModel model, AttackSettings settings, float[] clean, PhiloxKey? key = null, float[]? radii = null, int images = Images)
    {
        using ITape tape = model.CreateTape(images);
        using Attack attack = new(engine, settings);
        NetworkTarget target = new(engine, tape, 4, new ForwardOptions(MaskChoice.Primary(0)) { BatchStatistics = settings.BatchStatistics });
        int[] labels = [.. Enumerable.Range(0, images).Select(n => n % 4)];
        ITensor? epsilon = radii is null ? null : Models.Tensor(engine, radii, images);
        return Models.Read(engine, attack.Run(target, Models.Tensor(engine, clean, images, 2, 8, 8), Models.Labels(engine, labels), key ?? Key, epsilon).Images);
    }
}
