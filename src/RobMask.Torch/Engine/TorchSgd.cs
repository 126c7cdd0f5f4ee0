using RobMask.Ops;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>One step of stochastic gradient descent of several parameters: libtorch's one fused call, which TorchSharp does not wrap, through TorchScript.</summary>
/// <remarks>Element by element, so a parameter's bits do not depend on the others of the call. Every rate is widened from float.</remarks>
internal static class TorchSgd
{
    // It must end with a line's end.
    private const string Source = """
        def sgd(parameters: List[Tensor], gradients: List[Tensor], momentum_buffers: List[Tensor], rate: float, momentum: float, decay: float, dampening: float, nesterov: bool, first: bool):
            torch._fused_sgd_(parameters, gradients, momentum_buffers, weight_decay=decay, momentum=momentum, lr=rate, dampening=dampening, nesterov=nesterov, maximize=False, is_first_step=first)

        """;

    private static readonly Lazy<jit.CompilationUnit> _unit = new(() => jit.compile(Source));

    /// <summary>Does the step; without momentum there are no buffers.</summary>
    public static void Step(Tensor[] parameters, Tensor[] gradients, Tensor[] momentumBuffers, bool firstStep, in SgdOptions options)
    {
        using IDisposable noGraph = no_grad();
        if (options.Momentum != 0)
        {
            _unit.Value.invoke(
                "sgd",
                parameters,
                gradients,
                momentumBuffers,
                (double)options.LearningRate,
                (double)options.Momentum,
                (double)options.WeightDecay,
                (double)options.Dampening,
                options.Nesterov,
                firstStep);
            return;
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor direction = gradients[i];
            if (options.WeightDecay != 0)
            {
                direction = direction.clone();
                direction.AddInPlace(parameters[i], options.WeightDecay);
            }

            parameters[i].AddInPlace(direction, -options.LearningRate);
        }
    }
}
