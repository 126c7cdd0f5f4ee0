using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Linear.Forward"/>.</summary>
internal sealed class LinearOperation : Operation
{
    public LinearOperation()
        : base("linear", "input · weightᵀ + bias")
    {
        Inputs = [new("input", "[N, D]"), new("weight", "[K, D]"), new("bias", "[K]", Optional: true)];
        Outputs = [new("output", "[N, K]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> weight = call.Input("weight");
        Linear.Forward(input, weight, call.InputOrNull("bias"), call.Output("output", new TensorShape(input.Shape[0], weight.Shape[0])));
    }
}

/// <summary><see cref="Linear.BackwardInput"/>, <see cref="Linear.BackwardWeight"/> and <see cref="Linear.BackwardBias"/>.</summary>
internal sealed class LinearBackwardOperation : Operation
{
    public LinearBackwardOperation()
        : base("linear_backward", "the gradients of linear")
    {
        Inputs = [new("input", "[N, D]"), new("weight", "[K, D]"), new("grad_output", "[N, K]")];
        Outputs = [new("grad_input", "[N, D]"), new("grad_weight", "[K, D]"), new("grad_bias", "[K]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> weight = call.Input("weight");
        DenseTensor<T> gradOutput = call.Input("grad_output");
        Linear.BackwardInput(gradOutput, weight, call.Output("grad_input", input.Shape));
        Linear.BackwardWeight(input, gradOutput, call.Output("grad_weight", weight.Shape));
        Linear.BackwardBias(gradOutput, call.Output("grad_bias", new TensorShape(weight.Shape[0])));
    }
}
