using RobMask.Tensors;
using RobMask.Verification.Files;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>Each «_backward» of the catalogue is the gradient of its forward operation under the same names and attributes, by central differences in double.</summary>
public sealed class OperationGradientTests
{
    // Central differences of step h in double: truncation h²·f‴/6 ≈ 1e-10, rounding 2⁻⁵³·|f|/h ≈ 1e-11; the functions here have values of order 1 to 10.
    private const double Step = 1e-5;
    private const double Tolerance = 1e-7;

    [Theory]
    [InlineData("conv2d", "input:2,4,5,6 weight:6,2,3,2 bias:6", "groups=2 stride=2,1 padding=1,2 dilation=1,2", "bias=true")]
    [InlineData("linear", "input:3,5 weight:4,5 bias:4", "", "")]
    [InlineData("normalize", "input:3,2,4,3", "training=true eps=0.1", "")]
    [InlineData("normalize", "input:3,2 running_mean:2 running_var:+2", "training=false", "")]
    [InlineData("rescale", "input:2,3,2,2 gamma:3 beta:3", "", "")]
    [InlineData("rescale", "input:2,3,2,2 gamma:2,3 beta:2,3", "", "")]
    [InlineData("batch_norm", "input:3,2,4,3 weight:2 bias:2", "training=true eps=0.1", "")]
    [InlineData("batch_norm", "input:3,2 weight:2 bias:2 running_mean:2 running_var:+2", "training=false", "")]
    [InlineData("mixed_rescale", "input:2,3,2,2 gammas:4,3 betas:4,3 coefficients:2,4", "", "")]
    [InlineData("relu", "input:3,4", "", "")]
    [InlineData("max_pool2d", "input:2,2,5,6", "kernel_size=3,2 stride=2,1 padding=1,0", "")]
    [InlineData("avg_pool2d", "input:2,2,5,6", "kernel_size=3,2 stride=2,1 padding=1,0", "")]
    [InlineData("max_pool2d", "input:1,2,4,6", "kernel_size=2,3", "")]
    [InlineData("global_avg_pool", "input:2,3,3,2", "", "")]
    [InlineData("cross_entropy", "input:3,5 target:i3", "reduction=mean label_smoothing=0.1", "")]
    [InlineData("cross_entropy", "input:3,5 target:i3", "reduction=none", "")]
    [InlineData("kl_div", "input:3,5 reference:3,5", "reduction=sum", "")]
    [InlineData("kl_div", "input:3,5 reference:3,5", "reduction=mean", "")]
    [InlineData("margin_loss", "input:3,5 target:i3", "reduction=mean", "")]
    [InlineData("dlr_loss", "input:3,5 target:i3", "reduction=sum", "")]
    [InlineData("dlr_loss", "input:3,5 target:i3 attack_target:j3", "reduction=none", "")]
    public void Backward_is_the_gradient_of_forward(string name, string inputs, string attributes, string backwardOnly)
    {
        const int Seed = 7;
        Random random = new(Seed);
        Dictionary<string, ITensor> tensors = Draw(inputs, random);
        Dictionary<string, string> settings = OperationContractTests.Settings(attributes);
        Operation backward = OperationCatalog.Find(name + "_backward");
        DenseTensor<double> output = Forward(name, tensors, settings);
        DenseTensor<double> weights = new(output.Shape);
        bool weighted = backward.Inputs.Any(i => i.Name == "grad_output");
        for (int i = 0; i < weights.Length; i++)
        {
            weights.Span[i] = weighted ? (2 * random.NextDouble()) - 1 : 1;
        }

        Dictionary<string, ITensor> backwardInputs = tensors.Where(t => backward.Inputs.Any(i => i.Name == t.Key)).ToDictionary(t => t.Key, t => t.Value);
        if (weighted)
        {
            backwardInputs["grad_output"] = weights;
        }

        Dictionary<string, string> backwardSettings = settings.Concat(OperationContractTests.Settings(backwardOnly)).Where(s => s.Key != "momentum").ToDictionary();
        IReadOnlyList<NamedTensor> gradients = OperationCatalog.Run(new OperationRequest(backward.Name, backwardInputs, backwardSettings));
        Assert.NotEmpty(gradients);
        foreach ((string gradientName, ITensor gradient) in gradients)
        {
            DenseTensor<double> varied = (DenseTensor<double>)tensors[gradientName["grad_".Length..]];
            Assert.Equal(varied.Shape, gradient.Shape);
            for (int i = 0; i < varied.Length; i++)
            {
                double before = varied.Span[i];
                varied.Span[i] = before + Step;
                double above = Weighted(Forward(name, tensors, settings), weights);
                varied.Span[i] = before - Step;
                double below = Weighted(Forward(name, tensors, settings), weights);
                varied.Span[i] = before;
                double expected = (above - below) / (2 * Step);
                double actual = ((DenseTensor<double>)gradient).Span[i];
                Assert.True(Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"seed {Seed}: {gradientName}[{i}] is {actual}, differences give {expected}");
            }
        }
    }

    [Fact]
    public void Every_backward_operation_has_a_forward_one()
    {
        foreach (Operation operation in OperationCatalog.All.Where(o => o.Name.EndsWith("_backward", StringComparison.Ordinal)))
        {
            Operation forward = OperationCatalog.Find(operation.Name[..^"_backward".Length]);
            Assert.All(operation.Attributes, a => Assert.Contains(a.Name, forward.Attributes.Select(f => f.Name).Append("bias")));
        }
    }

    private static DenseTensor<double> Forward(string name, Dictionary<string, ITensor> inputs, Dictionary<string, string> settings) =>
        (DenseTensor<double>)OperationCatalog.Run(new OperationRequest(name, inputs, settings))[0].Tensor;

    private static double Weighted(DenseTensor<double> output, DenseTensor<double> weights)
    {
        double sum = 0;
        for (int i = 0; i < output.Length; i++)
        {
            sum += output.Span[i] * weights.Span[i];
        }

        return sum;
    }

    /// <summary>Numbers in [−1, 1), farther from 0 and from each other than the step; «+» in [0.5, 1.5); labels i = 0, 1, 2 …, j = 1, 2, 3 ….</summary>
    private static Dictionary<string, ITensor> Draw(string text, Random random)
    {
        Dictionary<string, ITensor> tensors = [];
        foreach (string[] parts in text.Split(' ').Select(p => p.Split(':')))
        {
            TensorShape shape = new([.. parts[1].TrimStart('i', 'j', '+').Split(',').Select(int.Parse)]);
            if (parts[1][0] is 'i' or 'j')
            {
                tensors.Add(parts[0], DenseTensor<long>.From([.. Enumerable.Range(parts[1][0] - 'i', shape.Length).Select(i => (long)i)], shape.Extents));
                continue;
            }

            int[] order = [.. Enumerable.Range(0, shape.Length)];
            random.Shuffle(order);
            DenseTensor<double> tensor = new(shape);
            for (int i = 0; i < order.Length; i++)
            {
                double unit = (order[i] + 0.25 + (0.5 * random.NextDouble())) / order.Length;
                tensor.Span[i] = parts[1][0] == '+' ? unit + 0.5 : (2 * unit) - 1 + (Math.Abs((2 * unit) - 1) < 1e-3 ? 0.01 : 0);
            }

            tensors.Add(parts[0], tensor);
        }

        return tensors;
    }
}
