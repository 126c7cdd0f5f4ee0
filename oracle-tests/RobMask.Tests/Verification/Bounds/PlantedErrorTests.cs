using RobMask.Tensors;
using RobMask.Tests.Spec;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>Errors as they are really made, at small shapes: each is beyond its bound. The same outputs without the error are within.</summary>
public sealed class PlantedErrorTests
{
    private const int Seed = 20260731;

    [Fact]
    public void One_pass_variance_on_shifted_data()
    {
        BoundCase one = Normalisation(shift: 3000);
        Judge(one, "var", Statistics(one, x =>
        {
            float mean = x.Sum() / x.Count;
            return Math.Max(0, (x.Sum(value => value * value) / x.Count) - (mean * mean));
        }));
    }

    [Fact]
    public void Unbiased_for_biased_variance()
    {
        BoundCase one = Normalisation(shift: 0);
        Judge(one, "var", Statistics(one, x => Variance(x) * x.Count / (x.Count - 1)));
        Judge(one, "output", Normalised(one, x => 1 / MathF.Sqrt((Variance(x) * x.Count / (x.Count - 1)) + 1e-3f)));
    }

    [Fact]
    public void Biased_variance_in_the_running_one()
    {
        BoundCase one = Normalisation(shift: 0).Input("running_mean", [0, 0], 2).Input("running_var", [1, 1], 2);
        Judge(one, "running_var", Statistics(one, x => (0.9f * 1) + (0.1f * Variance(x))));
    }

    [Fact]
    public void Epsilon_outside_the_root()
    {
        BoundCase one = Normalisation(shift: 0);
        Judge(one, "output", Normalised(one, x => 1 / (MathF.Sqrt(Variance(x)) + 1e-3f)));
    }

    [Fact]
    public void Momentum_complemented()
    {
        BoundCase one = Normalisation(shift: 1).Input("running_mean", [0.3f, 0.2f], 2).Input("running_var", [1, 1], 2);
        float[] old = one["running_mean"];
        float[] mean = Statistics(one, x => x.Sum() / x.Count);
        Judge(one, "running_mean", [.. old.Select((value, c) => (0.1f * value) + (0.9f * mean[c]))]);
    }

    [Fact]
    public void Missing_one_over_n()
    {
        BoundCase one = Losses("cross_entropy_backward");
        Judge(one, "grad_input", [.. Managed(one, "grad_input").Select(g => g * 4)]);
        Judge(Losses("cross_entropy"), "output", [.. Managed(Losses("cross_entropy"), "output").Select(g => g * 4)]);
    }

    [Fact]
    public void Sign_of_zero_is_one()
    {
        BoundCase one = new BoundCase("pgd_step", new Draw(Seed), Manner.Ordinary).With("norm", "linf").With("step_size", 0.01f).With("epsilon", 0.1f)
            .Input("input", [0.5f, 0.5f], 1, 2).Input("origin", [0.5f, 0.5f], 1, 2).Input("grad", [0, 1], 1, 2);
        Judge(one, "output", [0.51f, 0.51f]);
    }

    [Fact]
    public void Projection_after_the_box()
    {
        BoundCase one = new BoundCase("pgd_step", new Draw(Seed), Manner.Ordinary).With("norm", "linf").With("step_size", 0.2f).With("epsilon", 0.1f)
            .Input("input", [0.95f], 1, 1).Input("origin", [0.95f], 1, 1).Input("grad", [1], 1, 1);
        Judge(one, "output", [1.05f]);
    }

    [Fact]
    public void Gradient_not_masked()
    {
        BoundCase one = new BoundCase("relu_backward", new Draw(Seed), Manner.Ordinary).Input("input", [-1, 2, 0], 3).Input("grad_output", [3, 4, 5], 3);
        Judge(one, "grad_input", [3, 4, 0]);
        Judge(one, "grad_input", [0, 4, 5]);
    }

    [Theory]
    [InlineData("dropped tap")]
    [InlineData("bias forgotten")]
    [InlineData("operands cut to tf32")]
    public void Convolutions(string error)
    {
        Random random = new(Seed);
        float[] x = [.. Enumerable.Range(0, 64 * 9).Select(_ => random.NextSingle() + 0.1f)];
        float[] w = [.. Enumerable.Range(0, 64 * 9).Select(_ => random.NextSingle() + 0.1f)];
        BoundCase one = new BoundCase("conv2d", new Draw(Seed), Manner.Ordinary).With("stride", 1).With("padding", 0).With("groups", 1)
            .Input("input", x, 1, 64, 3, 3).Input("weight", w, 1, 64, 3, 3).Input("bias", [0.7f], 1);
        float sum = error == "bias forgotten" ? 0 : 0.7f;
        for (int i = error == "dropped tap" ? 1 : 0; i < x.Length; i++)
        {
            sum += error == "operands cut to tf32" ? Cut(x[i]) * Cut(w[i]) : x[i] * w[i];
        }

        Judge(one, "output", [sum]);
        if (error == "operands cut to tf32")
        {
            Assert.False(Within.IsBroken(OperationBounds.Compute(one.Request, ArithmeticModel.Tf32)[0], [sum]), "tf32 does not explain tf32");
        }
    }

    [Fact]
    public void Wrong_winner_of_a_window()
    {
        BoundCase one = new BoundCase("max_pool2d_backward", new Draw(Seed), Manner.Ordinary).With("kernel_size", 2).With("stride", 2).With("padding", 0)
            .Input("input", [1, 2, 3, 4], 1, 1, 2, 2).Input("grad_output", [1], 1, 1, 1, 1);
        Judge(one, "grad_input", [0, 0, 1, 0]);
        BoundCase tied = new BoundCase("max_pool2d_backward", new Draw(Seed), Manner.Ordinary).With("kernel_size", 2).With("stride", 2).With("padding", 0)
            .Input("input", [1, 4, 3, 4], 1, 1, 2, 2).Input("grad_output", [1], 1, 1, 1, 1);
        Assert.False(Within.IsBroken(OperationBounds.Compute(tied.Request, ArithmeticModel.Fp32)[0], [0, 0, 0, 1]), "either of two equal values may win");
        Judge(tied, "grad_input", [1, 0, 0, 0]);
    }

    private static float Cut(float x) => BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(x) & ~0x1fff);

    private static void Judge(BoundCase one, string output, float[] wrong)
    {
        BoundedOutput bound = OperationBounds.Compute(one.Request, ArithmeticModel.Fp32).Single(b => b.Name == output);
        Assert.True(Within.IsBroken(bound, wrong), $"{one}: {output} {string.Join(", ", wrong)} is within its bound");
        Assert.False(Within.IsBroken(bound, Managed(one, output)), $"{one}: the right {output} is beyond its bound");
    }

    private static float[] Managed(BoundCase one, string output) => ((DenseTensor<float>)OperationCatalog.Run(one.Request).Single(o => o.Name == output).Tensor).Span.ToArray();

    private static BoundCase Normalisation(float shift)
    {
        Random random = new(Seed);
        return new BoundCase("normalize", new Draw(Seed), Manner.Ordinary).With("training", true).With("eps", 1e-3f).With("momentum", 0.1f)
            .Input("input", [.. Enumerable.Range(0, 32).Select(_ => random.NextSingle() + shift)], 2, 2, 2, 4);
    }

    private static BoundCase Losses(string operation)
    {
        Random random = new(Seed);
        return new BoundCase(operation, new Draw(Seed), Manner.Ordinary).With("reduction", "mean").Input("input", [.. Enumerable.Range(0, 20).Select(_ => random.NextSingle())], 4, 5).Target("target", [0, 1, 2, 3]);
    }

    private static float Variance(List<float> x)
    {
        float mean = x.Sum() / x.Count;
        return x.Sum(value => (value - mean) * (value - mean)) / x.Count;
    }

    private static float[] Statistics(BoundCase one, Func<List<float>, float> statistic)
    {
        LooseNormalisation channels = new(one, new LooseFloat(one.Draw));
        return [.. Enumerable.Range(0, 2).Select(c => statistic(channels.OfChannel(one["input"], c)))];
    }

    private static float[] Normalised(BoundCase one, Func<List<float>, float> reciprocal)
    {
        float[] mean = Statistics(one, x => x.Sum() / x.Count);
        float[] r = Statistics(one, reciprocal);
        return [.. one["input"].Select((x, i) => (x - mean[i / 8 % 2]) * r[i / 8 % 2])];
    }
}
