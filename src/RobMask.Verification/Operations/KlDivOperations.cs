using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="KlDivergence.Forward"/>.</summary>
internal sealed class KlDivOperation : Operation
{
    public KlDivOperation()
        : base("kl_div", "KL(softmax(reference) ‖ softmax(input)) of each image; the mean is over images")
    {
        Inputs = [new("input", "[N, K]"), new("reference", "as input")];
        Attributes = [LossReduction.Attribute];
        Outputs = [LossReduction.Output];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> perImage = new(call.Input("input").Shape[0]);
        KlDivergence.Forward(call.Input("reference"), call.Input("input"), perImage);
        LossReduction.Give(call, perImage);
    }
}

/// <summary><see cref="KlDivergence.Backward"/>.</summary>
internal sealed class KlDivBackwardOperation : Operation
{
    public KlDivBackwardOperation()
        : base("kl_div_backward", "the gradients of kl_div; with reduction=none those of the sum")
    {
        Inputs = [new("input", "[N, K]"), new("reference", "as input")];
        Attributes = [LossReduction.Attribute];
        Outputs = [new("grad_input", "as input"), new("grad_reference", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> gradInput = call.Output("grad_input", input.Shape);
        KlDivergence.Backward(call.Input("reference"), input, LossReduction.Factor(call, input.Shape[0]), call.Output("grad_reference", input.Shape), gradInput);
    }
}
