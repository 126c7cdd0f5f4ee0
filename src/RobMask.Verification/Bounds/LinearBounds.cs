using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of linear and its gradients.</summary>
internal static class LinearBounds
{
    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor weight = call.Input("weight");
        TensorShape output = new(input.Shape[0], weight.Shape[0]);
        call.Output(
            "output",
            ProductBound.Of(input, weight, call.InputOrNull("bias"), output, weight.Shape[1], padded: false, call.Model, (x, w, y) => Linear.Forward(x, w, null, y)),
            ProductBound.Theorem);
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor weight = call.Input("weight");
        BoundedTensor gradOutput = call.Input("grad_output");
        call.Output("grad_input", ProductBound.Of(gradOutput, weight, null, input.Shape, weight.Shape[0], padded: false, call.Model, (g, w, d) => Linear.BackwardInput(g, w, d)), ProductBound.Theorem);
        call.Output("grad_weight", ProductBound.Of(input, gradOutput, null, weight.Shape, input.Shape[0], padded: false, call.Model, (x, g, d) => Linear.BackwardWeight(x, g, d)), ProductBound.Theorem);
        call.Output("grad_bias", ChannelSums.Of(gradOutput, call.Model), SumBound.Theorem);
    }
}
