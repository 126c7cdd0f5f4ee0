using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Relu.Forward"/>.</summary>
internal sealed class ReluOperation : Operation
{
    public ReluOperation()
        : base("relu", "max(input, 0); NaN passes")
    {
        Inputs = [new("input", "[…]")];
        Outputs = [new("output", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        Relu.Forward(input, call.Output("output", input.Shape));
    }
}

/// <summary><see cref="Relu.Backward"/>.</summary>
internal sealed class ReluBackwardOperation : Operation
{
    public ReluBackwardOperation()
        : base("relu_backward", "grad_output where input is above 0 or NaN, else +0")
    {
        Inputs = [new("input", "[…]"), new("grad_output", "as input")];
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> output = new(input.Shape);
        Relu.Forward(input, output);
        Relu.Backward(output, call.Input("grad_output"), call.Output("grad_input", input.Shape));
    }
}

/// <summary><see cref="FeatureMask.Forward"/>.</summary>
internal sealed class FeatureMaskOperation : Operation
{
    public FeatureMaskOperation()
        : base("feature_mask", "1 where input is above 0, else 0 (NaN too)")
    {
        Inputs = [new("input", "[…]")];
        Outputs = [new("mask", "as input", Type: "BOOL")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<bool> mask = new(input.Shape);
        FeatureMask.Forward(input, mask.Span);
        call.Output("mask", mask);
    }
}
