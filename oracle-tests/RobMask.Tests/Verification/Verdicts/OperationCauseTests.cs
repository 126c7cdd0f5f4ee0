using RobMask.Tensors;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

/// <summary>Faults planted in operations that are no products.</summary>
public sealed class OperationCauseTests
{
    private static DenseTensor<float> X => TestTensors.Normal<float>(11, 6, 3, 4, 4);

    private static DenseTensor<float> G => TestTensors.Normal<float>(12, 6, 3, 4, 4);

    private static OperationRequest Normalize(DenseTensor<float> input, params string[] attributes) => Judging.Request(
        "normalize", [("input", input), ("running_mean", TestTensors.Normal<float>(13, 3)), ("running_var", Judging.Map(TestTensors.Normal<float>(14, 3), x => 1 + (x * x)))], ["training=true", .. attributes]);

    [Fact]
    public void Relus_mask_of_the_wrong_sign() =>
        Names("relu", [("input", X)], "output", request => Judging.Map(request.Input("input"), x => x < 0 ? x : 0), "the mask has the wrong sign: negative values pass");

    [Fact]
    public void A_gradient_that_is_not_masked() =>
        Names("relu_backward", [("input", X), ("grad_output", G)], "grad_input", request => request.Input("grad_output"), "the gradient is not masked");

    [Fact]
    public void A_gradient_masked_by_the_wrong_sign() =>
        Names("relu_backward", [("input", X), ("grad_output", G)], "grad_input", request => Judging.Map(X, (x, i) => x < 0 ? G.Span[i] : 0), "the mask has the wrong sign");

    [Theory]
    [InlineData("output", "the unbiased variance in place of the biased one")]
    [InlineData("var", "the unbiased variance in place of the biased one")]
    public void Unbiased_for_biased_variance(string output, string cause)
    {
        OperationRequest request = Normalize(X);
        Dictionary<string, DenseTensor<float>> right = Judging.Right(request);
        DenseTensor<float> unbiased = Judging.Map(right["var"], v => v * 96 / 95);
        DenseTensor<float> got = output == "var" ? unbiased : ByStatistics(request, right["mean"], unbiased);
        Says(request, output, got, cause);
    }

    [Fact]
    public void Biased_variance_in_the_running_one()
    {
        OperationRequest request = Normalize(X);
        Dictionary<string, DenseTensor<float>> right = Judging.Right(request);
        Says(request, "running_var", Judging.Map(request.Input("running_var"), (old, i) => (0.9f * old) + (0.1f * right["var"].Span[i])), "the biased variance enters the running one");
    }

    [Fact]
    public void Momentum_complemented()
    {
        OperationRequest request = Normalize(X, "momentum=0.25");
        Says(request, "running_mean", Judging.Right(request.With("momentum", "0.75"), "running_mean"), "momentum is taken for 1 − momentum");
    }

    [Fact]
    public void Epsilon_outside_the_root()
    {
        OperationRequest request = Normalize(X, "eps=0.01");
        Dictionary<string, DenseTensor<float>> right = Judging.Right(request);
        DenseTensor<float> got = Judging.Map(X, (x, i) => (float)((x - (double)right["mean"].Span[i / 16 % 3]) / (Math.Sqrt(right["var"].Span[i / 16 % 3]) + 0.01)));
        Says(request, "output", got, "epsilon is added outside the root");
    }

    [Theory]
    [InlineData("output")]
    [InlineData("var")]
    public void One_pass_variance_on_shifted_data(string output)
    {
        OperationRequest request = Normalize(Judging.Map(X, x => x + 300));
        DenseTensor<float> mean = new(3);
        DenseTensor<float> variance = new(3);
        for (int c = 0; c < 3; c++)
        {
            float sum = 0;
            float squares = 0;
            for (int i = 0; i < 288; i++)
            {
                float x = i / 16 % 3 == c ? request.Input("input").Span[i] : 0;
                sum += x;
                squares += x * x;
            }

            mean.Span[c] = sum / 96;
            variance.Span[c] = (squares / 96) - (mean.Span[c] * mean.Span[c]);
        }

        // The mean is the right one, so that the variance is the one fault.
        DenseTensor<float> got = output == "var" ? variance : ByStatistics(request, Judging.Right(request, "mean"), Judging.Map(variance, v => Math.Max(v, 0.2f)));
        Says(request, output, got, "the variance was computed in one pass, as E[x²] − μ² in float");
    }

    [Fact]
    public void Statistics_taken_as_constants_in_the_gradient()
    {
        OperationRequest request = Judging.Request("normalize_backward", [("input", X), ("grad_output", G)], "training=true");
        Dictionary<string, DenseTensor<float>> forward = Judging.Right(Normalize(X));
        OperationRequest constant = request.With("running_mean", forward["mean"]).With("running_var", forward["var"]).With("training", "false");
        Says(request, "grad_input", Judging.Right(constant, "grad_input"), "mean and variance are taken as constants: their part of the gradient is missing");
    }

    [Theory]
    [InlineData(1, "the coefficients are those of the next image")]
    [InlineData(-1, "the coefficients are those of the image before")]
    public void Coefficients_of_the_wrong_image(int by, string cause)
    {
        OperationRequest request = Judging.Request(
            "mixed_rescale", [("input", X), ("gammas", TestTensors.Normal<float>(15, 2, 3)), ("betas", TestTensors.Normal<float>(16, 2, 3)), ("coefficients", TestTensors.Normal<float>(17, 6, 2))]);
        DenseTensor<float> u = request.Input("coefficients");
        DenseTensor<float> rolled = Judging.Map(u, (_, i) => u.Span[(i + (2 * by) + 12) % 12]);
        Says(request, "output", Judging.Right(request.With("coefficients", rolled), "output"), cause);
    }

    [Fact]
    public void Missing_one_over_N()
    {
        OperationRequest request = Judging.Request("cross_entropy_backward", [("input", TestTensors.Normal<float>(18, 6, 5)), ("target", TestTensors.Labels(19, 6, 5))]);
        Says(request, "grad_input", Judging.Right(request.With("reduction", "sum"), "grad_input"), "the sum over images in place of the mean: 1/N is missing");
    }

    [Fact]
    public void Sign_of_zero_taken_as_one()
    {
        DenseTensor<float> gradient = Judging.Map(G, (g, i) => i % 5 == 0 ? 0 : g);
        OperationRequest request = Judging.Request("pgd_step", [("input", X), ("origin", X), ("grad", gradient)], "norm=linf", "step_size=0.1", "epsilon=0.3", "min=-9", "max=9");
        Says(request, "output", Judging.Right(request.With("grad", Judging.Map(gradient, g => g == 0 ? 1 : g)), "output"), "sign(0) is taken as 1");
    }

    [Fact]
    public void Clipped_before_the_projection()
    {
        DenseTensor<float> origin = Judging.Map(X, x => Math.Clamp(x, 0, 1));
        OperationRequest request = Judging.Request("pgd_step", [("input", origin), ("origin", origin), ("grad", G)], "norm=l2", "step_size=2", "epsilon=0.5", "min=0", "max=1");
        DenseTensor<float> clipped = Judging.Right(request.With("epsilon", "1e30"), "output");
        OperationRequest projection = request.With("input", clipped).With("grad", new DenseTensor<float>(G.Shape)).With("min", "-9").With("max", "9");
        Says(request, "output", Judging.Right(projection, "output"), "pixels are clipped before the projection into the ball, and not after");
    }

    [Theory]
    [InlineData("momentum", "0.1", "momentum is taken for 1 − momentum")]
    [InlineData("weight_decay", "0", "weight decay is ignored")]
    [InlineData("nesterov", "true", "Nesterov's momentum in place of the usual, or the other way round")]
    public void Steps_with_another_setting(string attribute, string value, string cause)
    {
        OperationRequest request = Judging.Request("sgd_step", [("param", X), ("grad", G), ("momentum_buffer", TestTensors.Normal<float>(20, 6, 3, 4, 4))], "lr=0.1", "momentum=0.9", "weight_decay=0.01");
        Says(request, "param", Judging.Right(request.With(attribute, value), "param"), cause);
    }

    [Theory]
    [InlineData("sum", 5, 32, "lane 5 of 32 of the reduction is left out of the sum")]
    [InlineData("mean", 0, 4, "lane 0 of 4 of the reduction is left out of the sum")]
    [InlineData("mean", -1, 16, "the tail behind the last 16 elements that are whole is left out of the sum")]
    public void Elements_that_a_vectorised_sum_loses(string operation, int lane, int lanes, string cause)
    {
        OperationRequest request = Judging.Request(operation, [("input", TestTensors.Normal<float>(41, 7, 201))]);
        DenseTensor<float> lossy = Judging.Map(request.Input("input"), (x, i) => (lane < 0 ? i % 201 >= 192 : i % 201 % lanes == lane) ? 0 : x);
        Says(request, "output", Judging.Right(request.With("input", lossy), "output"), cause);
    }

    [Fact]
    public void The_mean_in_place_of_the_maximum()
    {
        OperationRequest request = Judging.Request("max_pool2d", [("input", X)], "kernel_size=2");
        Says(request, "output", Judging.Right(request with { Name = "avg_pool2d" }, "output"), "the mean in place of the maximum");
    }

    private static void Names(string operation, (string Name, ITensor Tensor)[] inputs, string output, Func<OperationRequest, DenseTensor<float>> fault, string cause)
    {
        OperationRequest request = Judging.Request(operation, inputs);
        Says(request, output, fault(request), cause);
    }

    private static void Says(OperationRequest request, string output, DenseTensor<float> got, string cause)
    {
        TensorVerdict verdict = Judging.Of(request, output, got);
        Assert.Equal(Verdict.Wrong, verdict.Verdict);
        Assert.Equal(cause, verdict.Cause);
        Assert.Equal(Verdict.Bitwise, Judging.Of(request, output, Judging.Right(request, output)).Verdict);
    }

    private static DenseTensor<float> ByStatistics(OperationRequest request, DenseTensor<float> mean, DenseTensor<float> variance) =>
        Judging.Right(request.With("running_mean", mean).With("running_var", variance).With("training", "false"), "output");
}
