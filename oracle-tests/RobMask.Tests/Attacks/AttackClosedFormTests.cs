using RobMask.Attacks;
using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Numerics;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Attacks;

/// <summary>Linear scores, where the best attack is known.</summary>
public sealed class AttackClosedFormTests
{
    private const int Dimension = 12;
    private const float Epsilon = 0.3f;
    private static readonly PhiloxKey Key = new(3, PhiloxStreams.EvaluationAttack, 0);

    public static TheoryData<AttackSettings> LinfAttacks => new()
    {
        new AttackSettings { Epsilon = Epsilon, Kind = AttackKind.Fgsm },
        new AttackSettings { Epsilon = Epsilon, Kind = AttackKind.Fgsm, Loss = AttackLoss.Margin },
        new AttackSettings { Epsilon = Epsilon, Steps = 10 },
        new AttackSettings { Epsilon = Epsilon, Steps = 10, Start = AttackStart.Clean, Keep = AttackKeep.Best },
        new AttackSettings { Epsilon = Epsilon, Steps = 5, Restarts = 3, Loss = AttackLoss.Margin, Keep = AttackKeep.Best },
        new AttackSettings { Epsilon = Epsilon, Steps = 40, StepSize = 0.05f, Start = AttackStart.Normal },
    };

    /// <summary>
    /// Room for wᵢ's sign is 1 − x or x, so the best margin is the clean one + Σ|wᵢ| min(ε, roomᵢ). Tolerance: 12 products
    /// and sums of float values below 2, 12·2⁻²³ each.
    /// </summary>
    [Theory]
    [MemberData(nameof(LinfAttacks))]
    public void Every_attack_reaches_the_optimum_of_a_linear_score_in_the_box(AttackSettings settings) => CheckLinf(settings, box: true);

    [Theory]
    [MemberData(nameof(LinfAttacks))]
    public void Every_attack_reaches_the_optimum_of_a_linear_score_without_the_box(AttackSettings settings) => CheckLinf(settings, box: false);

    /// <summary>Without the box the best perturbation is ε·w/‖w‖₂. PGD's distance from it comes from the last steps' rounding: a few u·‖x‖.</summary>
    [Theory]
    [InlineData(AttackKind.Fgsm, AttackLoss.CrossEntropy)]
    [InlineData(AttackKind.Fgsm, AttackLoss.Margin)]
    [InlineData(AttackKind.Pgd, AttackLoss.Margin)]
    [InlineData(AttackKind.Pgd, AttackLoss.CrossEntropy)]
    public void L2_attacks_reach_the_optimum_of_a_linear_score(AttackKind kind, AttackLoss loss)
    {
        Random random = new(11);
        using ManagedEngine<float> engine = new();
        float[] first = Models.Uniform(random, Dimension, -1);
        float[] second = Models.Uniform(random, Dimension, -1);
        using IModel model = Models.Linear(engine, [first, second]);
        float[] clean = Models.Uniform(random, 2 * Dimension);
        int[] labels = [0, 1];
        AttackSettings settings = new() { Kind = kind, Norm = AttackNorm.L2, Epsilon = Epsilon, Loss = loss, ClipToBox = false, Steps = kind == AttackKind.Pgd ? 60 : 10, StepSize = kind == AttackKind.Pgd ? 0.3f : null };
        float[] attacked = Run(engine, model, settings, clean, labels, Dimension);
        for (int n = 0; n < 2; n++)
        {
            double[] w = [.. first.Zip(second).Select(pair => n == 0 ? (double)pair.Second - pair.First : (double)pair.First - pair.Second)];
            double norm = Math.Sqrt(w.Sum(value => value * value));
            for (int i = 0; i < Dimension; i++)
            {
                Assert.Equal(clean[(n * Dimension) + i] + (Epsilon * w[i] / norm), attacked[(n * Dimension) + i], 2e-6);
            }
        }
    }

    /// <summary>In multi-class linear networks min over j of ((w_y − w_j)·x + b_y − b_j)/‖w_y − w_j‖_q is the least radius that fools.</summary>
    [Theory]
    [InlineData(AttackNorm.Linf)]
    [InlineData(AttackNorm.L2)]
    public void The_smallest_fooling_radius_of_a_multi_class_linear_network_is_the_closed_form(AttackNorm norm)
    {
        Random random = new(23);
        using ManagedEngine<float> engine = new();
        float[][] weight = [.. Enumerable.Range(0, 5).Select(_ => Models.Uniform(random, Dimension, -1))];
        float[] bias = Models.Uniform(random, 5, -0.2f, 0.2f);
        using IModel model = Models.Linear(engine, weight, bias);
        for (int trial = 0; trial < 10; trial++)
        {
            float[] clean = Models.Uniform(random, Dimension);
            double[] logits = [.. weight.Zip(bias).Select(row => row.First.Zip(clean).Sum(pair => (double)pair.First * pair.Second) + row.Second)];
            int y = Array.IndexOf(logits, logits.Max());
            (double distance, int nearest) = Enumerable.Range(0, 5).Where(j => j != y).Select(j => ((logits[y] - logits[j]) / DualNorm(weight[y], weight[j], norm), j)).Min();
            foreach (AttackLoss loss in new[] { AttackLoss.Margin, AttackLoss.CrossEntropy })
            {
                // A thousandth to either side: far above the rounding of float logits, which is below 1e-5.
                AttackSettings below = new() { Norm = norm, Epsilon = (float)(distance * 0.999), ClipToBox = false, Loss = loss, Steps = 30, Restarts = 3, Keep = AttackKeep.Best };
                AttackSettings above = below with { Epsilon = (float)(distance * 1.001), Kind = AttackKind.Fgsm, Target = AttackTargetClass.Given, Loss = AttackLoss.Margin };
                Assert.Equal(y, Predict(engine, model, Run(engine, model, below, clean, [y], Dimension)));
                Assert.Equal(nearest, Predict(engine, model, Run(engine, model, above, clean, [y], Dimension, [nearest])));
            }
        }
    }

    /// <summary>x + α·s + (ε − α)·sign(g), clipped: written out with the random signs that the engine draws.</summary>
    [Fact]
    public void R_fgsm_is_a_random_step_and_a_gradient_step()
    {
        Random random = new(29);
        using ManagedEngine<float> engine = new();
        float[] w = Models.Uniform(random, Dimension, -1);
        using IModel model = Models.Linear(engine, [w, new float[Dimension]]);
        float[] clean = Models.Uniform(random, Dimension, 0.4f, 0.6f);
        AttackSettings settings = new() { Kind = AttackKind.RandomFgsm, Epsilon = 0.2f, RandomStepFraction = 0.25f };
        float[] attacked = Run(engine, model, settings, clean, [0], Dimension);
        using ITensor noise = engine.Allocate(new TensorShape(1, Dimension, 1, 1));
        engine.FillNormal(noise, Key, 1);
        float[] signs = Models.Read(engine, noise);
        for (int i = 0; i < Dimension; i++)
        {
            double expected = clean[i] + (0.05 * Math.Sign(signs[i])) - (0.15 * Math.Sign(w[i]));
            Assert.Equal(expected, attacked[i], 1e-6);
        }
    }

    private static void CheckLinf(AttackSettings settings, bool box)
    {
        Random random = new(5);
        using ManagedEngine<float> engine = new();
        float[] first = Models.Uniform(random, Dimension, -1);
        float[] second = Models.Uniform(random, Dimension, -1);
        using IModel model = Models.Linear(engine, [first, second], [0.1f, -0.2f]);
        int[] labels = [0, 1, 0];
        float[] clean = Models.Uniform(random, 3 * Dimension);
        float[] attacked = Run(engine, model, settings with { ClipToBox = box }, clean, labels, Dimension);
        for (int n = 0; n < labels.Length; n++)
        {
            double best = 0;
            double reached = 0;
            for (int i = 0; i < Dimension; i++)
            {
                double w = labels[n] == 0 ? (double)second[i] - first[i] : (double)first[i] - second[i];
                double x = clean[(n * Dimension) + i];
                double room = !box ? Epsilon : Math.Min(Epsilon, w > 0 ? 1 - x : x);
                best += Math.Abs(w) * room;
                reached += w * (attacked[(n * Dimension) + i] - x);
            }

            Assert.Equal(best, reached, 5e-6);
        }
    }

    private static double DualNorm(float[] left, float[] right, AttackNorm norm)
    {
        double[] w = [.. left.Zip(right).Select(pair => (double)pair.First - pair.Second)];
        return norm == AttackNorm.Linf ? w.Sum(Math.Abs) : Math.Sqrt(w.Sum(value => value * value));
    }

    private static int Predict(ManagedEngine<float> engine, IModel model, float[] pixels)
    {
        using ITape tape = model.CreateTape(1);
        float[] logits = Models.Read(engine, tape.Forward(Models.Tensor(engine, pixels, 1, Dimension, 1, 1), new ForwardOptions(MaskChoice.Primary(0))));
        return Array.IndexOf(logits, logits.Max());
    }

    private static float[] Run(ManagedEngine<float> engine, IModel model, AttackSettings settings, float[] clean, int[] labels, int dimension, int[]? targets = null)
    {
        using ITape tape = model.CreateTape(labels.Length);
        using Attack attack = new(engine, settings);
        NetworkTarget target = new(engine, tape, model.Graph.OutputShape.Length, new ForwardOptions(MaskChoice.Primary(0)));
        ITensor images = Models.Tensor(engine, clean, labels.Length, dimension, 1, 1);
        ITensor? wanted = targets is null ? null : Models.Labels(engine, targets);
        float[] attacked = Models.Read(engine, attack.Run(target, images, Models.Labels(engine, labels), Key, targets: wanted).Images);
        PointCheck.Require(clean, attacked, labels.Length, settings.Epsilon, settings.Norm, settings.ClipToBox);
        return attacked;
    }
}
