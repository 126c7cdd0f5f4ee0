using RobMask.Tensors;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>Names are a contract with programs in other languages: this table is written by hand, and changing it breaks them.</summary>
public sealed class OperationContractTests
{
    private static readonly string[] Contract =
    [
        "conv2d | input, weight, bias? | stride=1, padding=0, dilation=1, groups=1 | output",
        "conv2d_backward | input, weight, grad_output | stride=1, padding=0, dilation=1, groups=1, bias=false | grad_input, grad_weight, grad_bias?",
        "linear | input, weight, bias? |  | output",
        "linear_backward | input, weight, grad_output |  | grad_input, grad_weight, grad_bias",
        "normalize | input, running_mean?, running_var? | training=false, eps=1e-5, momentum=0.1 | output, mean?, var?, running_mean?, running_var?",
        "normalize_backward | input, grad_output, running_mean?, running_var? | training=false, eps=1e-5 | grad_input",
        "rescale | input, gamma, beta |  | output",
        "rescale_backward | input, gamma, grad_output |  | grad_input, grad_gamma, grad_beta",
        "batch_norm | input, weight, bias, running_mean?, running_var? | training=false, eps=1e-5, momentum=0.1 | output, mean?, var?, running_mean?, running_var?",
        "batch_norm_backward | input, weight, grad_output, running_mean?, running_var? | training=false, eps=1e-5 | grad_input, grad_weight, grad_bias",
        "mixed_rescale | input, gammas, betas, coefficients |  | output",
        "mixed_rescale_backward | input, gammas, betas, coefficients, grad_output |  | grad_input, grad_gammas, grad_betas, grad_coefficients",
        "relu | input |  | output",
        "relu_backward | input, grad_output |  | grad_input",
        "feature_mask | input |  | mask",
        "add | left, right |  | output",
        "max_pool2d | input | kernel_size, stride=0, padding=0 | output",
        "max_pool2d_backward | input, grad_output | kernel_size, stride=0, padding=0 | grad_input",
        "avg_pool2d | input | kernel_size, stride=0, padding=0 | output",
        "avg_pool2d_backward | input, grad_output | kernel_size, stride=0, padding=0 | grad_input",
        "global_avg_pool | input |  | output",
        "global_avg_pool_backward | input, grad_output |  | grad_input",
        "sum | input |  | output",
        "mean | input |  | output",
        "softmax | input |  | output",
        "log_softmax | input |  | output",
        "cross_entropy | input, target | reduction=mean, label_smoothing=0 | output",
        "cross_entropy_backward | input, target | reduction=mean, label_smoothing=0 | grad_input",
        "kl_div | input, reference | reduction=mean | output",
        "kl_div_backward | input, reference | reduction=mean | grad_input, grad_reference",
        "margin_loss | input, target | reduction=mean | output",
        "margin_loss_backward | input, target | reduction=mean | grad_input",
        "dlr_loss | input, target, attack_target? | reduction=mean | output",
        "dlr_loss_backward | input, target, attack_target? | reduction=mean | grad_input",
        "sgd_step | param, grad, momentum_buffer? | lr, momentum=0, dampening=0, weight_decay=0, nesterov=false | param, momentum_buffer?",
        "pgd_step | input, origin, grad | norm, step_size, epsilon, min=0, max=1 | output",
        "philox |  | seed, stream, count, distribution=uniform | output",
    ];

    [Fact]
    public void Names_inputs_attributes_and_outputs_are_those_of_the_contract()
    {
        Assert.Equal(Contract, OperationCatalog.All.Select(o =>
            $"{o.Name} | {string.Join(", ", o.Inputs.Select(i => i.Name + (i.Optional ? "?" : string.Empty)))}"
            + $" | {string.Join(", ", o.Attributes.Select(a => a.Name + (a.Default is null ? string.Empty : "=" + a.Default)))}"
            + $" | {string.Join(", ", o.Outputs.Select(x => x.Name + (x.Condition.Length > 0 ? "?" : string.Empty)))}"));
    }

    [Fact]
    public void Every_default_is_a_value_that_its_attribute_accepts()
    {
        foreach (Operation operation in OperationCatalog.All)
        {
            Assert.All(operation.Attributes.Where(a => a.Default is not null), a => a.Parse(operation.Name, a.Default!));
            Assert.All(operation.Attributes, a => Assert.NotEmpty(a.Range));
        }
    }

    [Theory]
    [InlineData("conv", "", "", "there is no operation «conv»; there are conv2d,")]
    [InlineData("conv2d", "input:1,2,4,4", "", "conv2d: there is no input «weight»; expected F32 or F64 [K, C/groups, R, S]")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,2,3,3 scale:1", "", "conv2d: there is no input «scale»; expected input, weight, bias")]
    [InlineData("conv2d", "input:2,4,4 weight:3,2,3,3", "", "conv2d: input is [2, 4, 4]; expected [N, C, H, W]")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,2,3,3 bias:2", "", "conv2d: bias is [2]; expected [K] with K = 3 (of weight)")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,1,3,3", "", "conv2d C3: weight has 1 input channels a group, input has 2 / 1 groups = 2")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,2,3,3", "strides=2", "conv2d: there is no attribute «strides»; expected stride, padding, dilation, groups")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,2,3,3", "stride=0", "conv2d: attribute stride = «0»; expected n or \"h,w\", each ≥ 1")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,2,3,3", "stride=1,2,3", "stride = «1,2,3»")]
    [InlineData("conv2d", "input:1,2,4,4 weight:3,2,3,3", "groups=1.5", "groups = «1.5»; expected an integer, 1 to 2147483647")]
    [InlineData("conv2d_backward", "input:1,2,4,4 weight:3,2,3,3 grad_output:1,3,3,2", "", "conv2d_backward: grad_output is [1, 3, 3, 2]; expected [1, 3, 2, 2]")]
    [InlineData("conv2d_backward", "input:1,2,4,4 weight:3,2,3,3 grad_output:1,3,2,2", "bias=1", "bias = «1»; expected true or false")]
    [InlineData("normalize", "input:2,3", "", "running_mean and running_var are missing")]
    [InlineData("normalize", "input:2,3 running_mean:3", "training=true", "running_var is missing; expected both")]
    [InlineData("normalize", "input:1,3", "training=true", "at least 2")]
    [InlineData("rescale", "input:2,3 gamma:3,3 beta:3,3", "", "rescale: gamma is [3, 3]; expected [C] or [N, C] with C = 3 (of input), N = 2 (of input)")]
    [InlineData("rescale", "input:2,3 gamma:2,3 beta:3", "", "rescale: beta is [3]; expected the shape of gamma, [2, 3]")]
    [InlineData("max_pool2d", "input:1,1,4,4", "", "attribute kernel_size is missing; expected n or \"h,w\"")]
    [InlineData("max_pool2d", "input:1,1,4,4", "kernel_size=5", "exceeds the padded input")]
    [InlineData("cross_entropy", "input:2,3 target:2", "", "cross_entropy: «target» is F32; expected I64 or I32")]
    [InlineData("cross_entropy", "input:2,3 target:i2", "label_smoothing=1", "expected a number, at least 0, below 1")]
    [InlineData("cross_entropy", "input:2,3 target:i2", "reduction=avg", "reduction = «avg»; expected one of mean, sum, none")]
    [InlineData("cross_entropy", "input:2,1 target:i2", "", "cross_entropy: target holds 1 at 0; expected a class from 0 to 0")]
    [InlineData("relu", "input:i2", "", "relu: «input» is I64; expected F32 or F64")]
    [InlineData("sgd_step", "param:2 grad:2 momentum_buffer:2", "lr=1", "expected none with momentum=0")]
    [InlineData("sgd_step", "param:2 grad:2", "lr=-1", "lr = «-1»; expected a number, ≥ 0")]
    [InlineData("sgd_step", "param:2 grad:2", "lr=0,1", "lr = «0,1»")]
    [InlineData("pgd_step", "input:2 origin:2 grad:2", "norm=l1", "norm = «l1»; expected one of linf, l2")]
    [InlineData("pgd_step", "input:2 origin:2 grad:2", "norm=l2 step_size=1 epsilon=1 min=1 max=0", "expected min ≤ max")]
    [InlineData("normalize", "input:2,3", "training=true eps=1e999", "eps = «1e999»; expected a number, ≥ 0")]
    [InlineData("philox", "", "seed=18446744073709551616 stream=0 count=1", "seed = «18446744073709551616»; expected an integer, 0 to 18446744073709551615")]
    [InlineData("max_pool2d", "input:1,1,4,4", "kernel_size=2147483647 padding=1073741823", "a window has at most 16777216 elements")]
    [InlineData("avg_pool2d", "input:1,1,4,4", "kernel_size=2 padding=1073741824", "is negative or above half the window")]
    [InlineData("philox", "", "seed=0 stream=4294967296 count=1", "stream = «4294967296»; expected an integer, 0 to 4294967295")]
    public void What_is_wrong_is_told_with_what_was_expected(string name, string inputs, string attributes, string expected)
    {
        OperationRequest request = new(name, Tensors(inputs), Settings(attributes));
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => OperationCatalog.Run(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Precision_is_that_of_the_inputs_unless_f64_is_asked_for_which_widens_exactly()
    {
        DenseTensor<float> narrow = DenseTensor<float>.From([0.1f, -1], 2);
        DenseTensor<double> wide = DenseTensor<double>.From([0.1, -1], 2);
        Assert.IsType<DenseTensor<float>>(Run("relu", new() { ["input"] = narrow }, null));
        Assert.IsType<DenseTensor<double>>(Run("relu", new() { ["input"] = wide }, null));
        Assert.Equal((double)0.1f, Assert.IsType<DenseTensor<double>>(Run("relu", new() { ["input"] = narrow }, OperationPrecision.F64)).Span[0]);
        Assert.Contains("input is F64; expected F32", Assert.Throws<ArgumentException>(() => Run("relu", new() { ["input"] = wide }, OperationPrecision.F32)).Message, StringComparison.Ordinal);
        Dictionary<string, ITensor> mixed = new() { ["input"] = narrow, ["grad_output"] = wide };
        Assert.Contains("grad_output is F64, input is F32", Assert.Throws<ArgumentException>(() => Run("relu_backward", mixed, null)).Message, StringComparison.Ordinal);
        Assert.IsType<DenseTensor<double>>(Run("relu_backward", mixed, OperationPrecision.F64));
    }

    [Fact]
    public void Labels_beyond_int_are_refused() =>
        Assert.Contains(
            "target holds 4294967296 at 1",
            Assert.Throws<ArgumentException>(() => Run("cross_entropy", new() { ["input"] = new DenseTensor<float>(2, 3), ["target"] = DenseTensor<long>.From([0, 1L << 32], 2) }, null)).Message,
            StringComparison.Ordinal);

    internal static Dictionary<string, string> Settings(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);

    private static ITensor Run(string name, Dictionary<string, ITensor> inputs, OperationPrecision? precision) =>
        OperationCatalog.Run(new OperationRequest(name, inputs, Settings(string.Empty)) { Precision = precision })[0].Tensor;

    /// <summary>«input:1,2,4,4 target:i2»: zeros; i is for I64.</summary>
    private static Dictionary<string, ITensor> Tensors(string text)
    {
        Dictionary<string, ITensor> tensors = [];
        foreach (string[] parts in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')))
        {
            TensorShape shape = new([.. parts[1].TrimStart('i').Split(',').Select(int.Parse)]);
            DenseTensor<long> labels = new(shape);
            labels.Span.Fill(1);
            tensors.Add(parts[0], parts[1][0] == 'i' ? labels : new DenseTensor<float>(shape));
        }

        return tensors;
    }
}
