using static TorchSharp.torch;

namespace RobMask.Bench.Comparison;

/// <summary>Operations of libtorch that TorchSharp has no method for, reached through TorchScript.</summary>
/// <remarks>
/// A gradient of a convolution is wanted without the graph around it, and the optimiser as PyTorch users have it: one
/// fused call for all parameters. TorchSharp's own SGD calls three operations for every parameter and is several times slower.
/// </remarks>
internal static class TorchScripts
{
    // It must end with a line's end.
    private const string Source = """
        def convolution_input_gradient(gradient: Tensor, input: Tensor, weight: Tensor, stride: int, padding: int):
            return torch.convolution_backward(gradient, input, weight, None, [stride, stride], [padding, padding], [1, 1], False, [0, 0], 1, [True, False, False])[0]

        def convolution_weight_gradient(gradient: Tensor, input: Tensor, weight: Tensor, stride: int, padding: int):
            return torch.convolution_backward(gradient, input, weight, None, [stride, stride], [padding, padding], [1, 1], False, [0, 0], 1, [False, True, False])[1]

        def sgd(parameters: List[Tensor], gradients: List[Tensor], momentum_buffers: List[Tensor], rate: float, momentum: float, decay: float, first: bool):
            torch._fused_sgd_(parameters, gradients, momentum_buffers, weight_decay=decay, momentum=momentum, lr=rate, dampening=0.0, nesterov=False, maximize=False, is_first_step=first)

        """;

    private static readonly Lazy<jit.CompilationUnit> _unit = new(() => jit.compile(Source));

    public static Tensor ConvolutionInputGradient(Tensor gradient, Tensor input, Tensor weight, int stride, int padding) =>
        (Tensor)_unit.Value.invoke("convolution_input_gradient", gradient, input, weight, stride, padding)!;

    public static Tensor ConvolutionWeightGradient(Tensor gradient, Tensor input, Tensor weight, int stride, int padding) =>
        (Tensor)_unit.Value.invoke("convolution_weight_gradient", gradient, input, weight, stride, padding)!;

    /// <summary>One step of stochastic gradient descent with momentum, in place; buffers are set where this is the first.</summary>
    public static void SgdStep(Tensor[] parameters, Tensor[] gradients, Tensor[] momentumBuffers, double rate, double momentum, double decay, bool first)
    {
        using (no_grad())
        {
            _unit.Value.invoke("sgd", parameters, gradients, momentumBuffers, rate, momentum, decay, first);
        }
    }
}
