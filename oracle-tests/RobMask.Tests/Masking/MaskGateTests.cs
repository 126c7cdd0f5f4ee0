using RobMask.Engines;
using RobMask.Engines.Managed;
using RobMask.Masking;
using RobMask.Tensors;
using RobMask.Tests.Attacks;
using Xunit;

namespace RobMask.Tests.Masking;

public sealed class MaskGateTests
{
    private const int Images = 3;
    private const float EpsilonMax = 0.2f;

    [Theory]
    [InlineData(GateKind.Linear)]
    [InlineData(GateKind.Strength)]
    [InlineData(GateKind.Epsilon)]
    public void Coefficients_of_a_softmax_gate_are_positive_and_sum_to_one_in_each_layer(GateKind kind)
    {
        foreach (bool perLayer in new[] { false, true })
        {
            using ManagedEngine<double> engine = new();
            using IModel model = Models.Cnn(engine, masks: 3);
            using MaskGate gate = MaskGate.Create(engine, new GateSettings { Kind = kind, PerLayer = perLayer, WeightScale = 2 }, model.Graph, EpsilonMax);
            gate.Initialise(4);
            double[] u = Coefficients(engine, gate, 0.1f);
            Assert.Equal(Images * 3 * (perLayer ? 2 : 1), u.Length);
            Assert.All(u, value => Assert.InRange(value, 1e-9, 1));
            Assert.All(u.Chunk(3), layer => Assert.Equal(1, layer.Sum(), 1e-12));
        }
    }

    /// <summary>b = 0 (1/k where free) and δ = 0: the uniform mixture for the linear gate, exactly.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fresh_linear_gate_gives_the_uniform_mixture_at_zero(bool free)
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Cnn(engine, masks: 4);
        using MaskGate gate = MaskGate.Create(engine, new GateSettings { FreeCoefficients = free }, model.Graph, EpsilonMax);
        gate.Initialise(4);
        Assert.Equal([0.25f, 0.25f, 0.25f, 0.25f], gate.CoefficientsAtZero());
    }

    /// <summary>G(δ) = W vec(δ)/ε_max + b, by plain loops in double; the gate multiplies by the float reciprocal of ε_max, so 1e-6.</summary>
    [Fact]
    public void The_linear_gate_is_its_formula()
    {
        using ManagedEngine<double> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        using MaskGate gate = MaskGate.Create(engine, new GateSettings { WeightScale = 3 }, model.Graph, EpsilonMax);
        gate.Initialise(6);
        float[] delta = Delta(0.1f);
        double[] u = Coefficients(engine, gate, 0.1f);
        float[] w = Models.Read(engine, gate.Model.Parameters[0].Value);
        int d = delta.Length / Images;
        for (int n = 0; n < Images; n++)
        {
            double[] g = [.. Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, d).Sum(j => (double)w[(i * d) + j] * delta[(n * d) + j] / EpsilonMax))];
            double total = g.Sum(Math.Exp);
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(Math.Exp(g[i]) / total, u[(n * 3) + i], 1e-6);
            }
        }
    }

    /// <summary>A perturbation and its negative have equal norms, so the strength gate gives them the same bits; the linear gate tells them apart.</summary>
    [Fact]
    public void The_strength_gate_sees_only_the_size()
    {
        using ManagedEngine<double> engine = new();
        using IModel model = Models.Cnn(engine, masks: 2);
        using MaskGate strength = MaskGate.Create(engine, new GateSettings { Kind = GateKind.Strength, WeightScale = 2 }, model.Graph, EpsilonMax);
        strength.Initialise(6);
        using MaskGate linear = MaskGate.Create(engine, new GateSettings { WeightScale = 2 }, model.Graph, EpsilonMax);
        linear.Initialise(6);
        Assert.Equal(Coefficients(engine, strength, 0.1f), Coefficients(engine, strength, -0.1f));
        Assert.NotEqual(Coefficients(engine, strength, 0.1f), Coefficients(engine, strength, 0.2f));
        Assert.NotEqual(Coefficients(engine, linear, 0.1f), Coefficients(engine, linear, -0.1f));
    }

    [Theory]
    [InlineData(GateKind.Linear, false)]
    [InlineData(GateKind.Linear, true)]
    [InlineData(GateKind.Strength, true)]
    [InlineData(GateKind.Epsilon, false)]
    public void Gradients_of_the_gate_are_central_differences_of_the_whole_network(GateKind kind, bool free)
    {
        using ManagedEngine<double> engine = new();
        using IModel model = Models.Cnn(engine, masks: 3);
        using MaskGate gate = MaskGate.Create(engine, new GateSettings { Kind = kind, FreeCoefficients = free, PerLayer = true, WeightScale = 2 }, model.Graph, EpsilonMax);
        gate.Initialise(8);
        Random random = new(3);
        ITensor images = Models.Tensor(engine, Models.Uniform(random, Images * 128), Images, 2, 8, 8);
        ITensor delta = Models.Tensor(engine, Delta(0.1f), Images, 2, 8, 8);
        ITensor epsilon = Models.Tensor(engine, [0.05f, 0.1f, 0.2f], Images);
        DenseTensor<double> weights = (DenseTensor<double>)Models.Tensor(engine, Models.Uniform(random, Images * 4, -1), Images, 4);
        using ITape tape = model.CreateTape(Images);
        double Value()
        {
            ITensor u = gate.Coefficients(delta, epsilon, keepForBackward: true);
            ForwardOptions options = new(MaskChoice.PerImage(u)) { BatchStatistics = true, KeepForBackward = true };
            ReadOnlySpan<double> logits = ((DenseTensor<double>)tape.Forward(images, options)).Span;
            double sum = 0;
            for (int i = 0; i < logits.Length; i++)
            {
                sum += logits[i] * weights.Span[i];
            }

            return sum;
        }

        Value();
        gate.Model.ZeroGradients();
        tape.Backward(weights, BackwardTargets.Coefficients);
        gate.BackwardParameters(tape.CoefficientGradient);
        int wrong = 0;
        int all = 0;
        foreach (ModelParameter parameter in gate.Model.Parameters)
        {
            double[] gradient = ((DenseTensor<double>)parameter.Gradient).Span.ToArray();
            double scale = gradient.Max(Math.Abs);
            DenseTensor<double> values = (DenseTensor<double>)parameter.Value;
            Assert.True(scale > 0, parameter.Info.Name);
            for (int trial = 0; trial < 20; trial++, all++)
            {
                int i = random.Next(gradient.Length);
                double keep = values.Span[i];
                values.Span[i] = keep + 1e-6;
                double up = Value();
                values.Span[i] = keep - 1e-6;
                double down = Value();
                values.Span[i] = keep;
                wrong += Math.Abs(((up - down) / 2e-6) - gradient[i]) > 1e-6 * scale ? 1 : 0;
            }
        }

        // A ReLU may change its mind between two points: at most one in twenty.
        Assert.InRange(wrong, 0, all / 20);
    }

    [Fact]
    public void A_network_without_rescaling_has_no_gate()
    {
        using ManagedEngine<float> engine = new();
        using IModel model = Models.Linear(engine, [[1, 2], [3, 4]]);
        Assert.Contains("no rescaling layer", Assert.Throws<ArgumentException>(() => MaskGate.Create(engine, new GateSettings(), model.Graph, 0.1f)).Message, StringComparison.Ordinal);
    }

    private static float[] Delta(float size)
    {
        Random random = new(2);
        return [.. Enumerable.Range(0, Images * 128).Select(_ => size * ((2 * random.NextSingle()) - 1))];
    }

    private static double[] Coefficients(ManagedEngine<double> engine, MaskGate gate, float size)
    {
        ITensor epsilon = Models.Tensor(engine, [0.05f, 0.1f, 0.2f], Images);
        return ((DenseTensor<double>)gate.Coefficients(Models.Tensor(engine, Delta(size), Images, 2, 8, 8), epsilon, keepForBackward: false)).Span.ToArray();
    }
}
