using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Rescale.Forward"/>.</summary>
internal sealed class RescaleOperation : Operation
{
    public RescaleOperation()
        : base("rescale", "gamma·input + beta per channel, or per image and channel")
    {
        Inputs = [new("input", "[N, C] or [N, C, H, W]"), new("gamma", "[C] or [N, C]"), new("beta", "as gamma")];
        Outputs = [new("output", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        Rescale.Forward(input, call.Input("gamma"), call.Input("beta"), call.Output("output", input.Shape));
    }
}

/// <summary><see cref="Rescale.BackwardInput"/> and <see cref="Rescale.BackwardMask"/>.</summary>
internal sealed class RescaleBackwardOperation : Operation
{
    public RescaleBackwardOperation()
        : base("rescale_backward", "the gradients of rescale")
    {
        Inputs = [new("input", "[N, C] or [N, C, H, W]"), new("gamma", "[C] or [N, C]"), new("grad_output", "as input")];
        Outputs = [new("grad_input", "as input"), new("grad_gamma", "as gamma"), new("grad_beta", "as gamma")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> gamma = call.Input("gamma");
        DenseTensor<T> gradOutput = call.Input("grad_output");
        Rescale.BackwardInput(gradOutput, gamma, call.Output("grad_input", input.Shape));
        Rescale.BackwardMask(input, gradOutput, call.Output("grad_gamma", gamma.Shape), call.Output("grad_beta", gamma.Shape));
    }
}

/// <summary><see cref="MixedRescale.Forward"/>.</summary>
internal sealed class MixedRescaleOperation : Operation
{
    public MixedRescaleOperation()
        : base("mixed_rescale", "rescaling by a mixture of k primary masks, one mixture for each image")
    {
        Inputs = MixedRescaleInputs.All;
        Outputs = [new("output", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        TensorShape mixed = new(input.Shape[0], input.Shape[1]);
        MixedRescale.Forward(input, call.Input("gammas"), call.Input("betas"), call.Input("coefficients"), new DenseTensor<T>(mixed), new DenseTensor<T>(mixed), call.Output("output", input.Shape));
    }
}

/// <summary><see cref="MixedRescale.Backward"/>.</summary>
internal sealed class MixedRescaleBackwardOperation : Operation
{
    public MixedRescaleBackwardOperation()
        : base("mixed_rescale_backward", "the gradients of mixed_rescale")
    {
        Inputs = [.. MixedRescaleInputs.All, new("grad_output", "as input")];
        Outputs = [new("grad_input", "as input"), new("grad_gammas", "[k, C]"), new("grad_betas", "[k, C]"), new("grad_coefficients", "[N, k]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> gammas = call.Input("gammas");
        DenseTensor<T> coefficients = call.Input("coefficients");
        TensorShape mixed = new(input.Shape[0], input.Shape[1]);
        DenseTensor<T> mixedGamma = new(mixed);
        MixedRescale.Mix(gammas, coefficients, mixedGamma);
        DenseTensor<T> gradInput = call.Output("grad_input", input.Shape);
        MixedRescale.Backward(
            input,
            call.Input("grad_output"),
            gammas,
            call.Input("betas"),
            coefficients,
            mixedGamma,
            new DenseTensor<T>(mixed),
            new DenseTensor<T>(mixed),
            call.Output("grad_gammas", gammas.Shape),
            call.Output("grad_betas", gammas.Shape),
            call.Output("grad_coefficients", coefficients.Shape),
            gradInput);
    }
}

/// <summary>What both read.</summary>
internal static class MixedRescaleInputs
{
    public static readonly IReadOnlyList<OperationInput> All =
        [new("input", "[N, C] or [N, C, H, W]"), new("gammas", "[k, C]"), new("betas", "as gammas"), new("coefficients", "[N, k]")];
}
