using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Bounds of conv2d and its gradients.</summary>
internal static class ConvolutionBounds
{
    public static void Forward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor weight = call.Input("weight");
        BoundedTensor? bias = call.InputOrNull("bias");
        ConvAttributes attributes = Read(call);
        TensorShape output = Conv2d.OutputShape(input.Shape, weight.Shape, attributes);
        long terms = weight.Shape.Length / weight.Shape[0];
        call.Output("output", ProductBound.Of(input, weight, bias, output, terms, Pads(attributes), call.Model, (a, b, y) => Conv2d.Forward(a, b, null, attributes, y)), ProductBound.Theorem);
    }

    public static void Backward(BoundCall call)
    {
        BoundedTensor input = call.Input("input");
        BoundedTensor weight = call.Input("weight");
        BoundedTensor gradOutput = call.Input("grad_output");
        ConvAttributes attributes = Read(call);
        TensorShape output = Conv2d.OutputShape(input.Shape, weight.Shape, attributes);
        long inputTerms = (long)(weight.Shape[0] / attributes.Groups) * weight.Shape[2] * weight.Shape[3];
        long weightTerms = (long)output[0] * output[2] * output[3];
        bool pads = Pads(attributes);
        call.Output("grad_input", ProductBound.Of(gradOutput, weight, null, input.Shape, inputTerms, padded: true, call.Model, (g, w, d) => Conv2d.BackwardInput(g, w, attributes, d)), ProductBound.Theorem);
        call.Output("grad_weight", ProductBound.Of(input, gradOutput, null, weight.Shape, weightTerms, pads, call.Model, (x, g, d) => Conv2d.BackwardWeight(x, g, attributes, d)), ProductBound.Theorem);
        if (call.Flag("bias"))
        {
            call.Output("grad_bias", ChannelSums.Of(gradOutput, call.Model), SumBound.Theorem);
        }
    }

    private static ConvAttributes Read(BoundCall call)
    {
        TensorShape weight = call.Input("weight").Shape;
        (int strideHeight, int strideWidth) = call.Pair("stride");
        (int paddingHeight, int paddingWidth) = call.Pair("padding");
        (int dilationHeight, int dilationWidth) = call.Pair("dilation");
        return new ConvAttributes(weight[2], weight[3], strideHeight, strideWidth, paddingHeight, paddingWidth, dilationHeight, dilationWidth, (int)call.Integer("groups"));
    }

    private static bool Pads(ConvAttributes attributes) => attributes.PaddingHeight > 0 || attributes.PaddingWidth > 0;
}
