using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary>What forward and backward convolution share.</summary>
internal static class ConvolutionSettings
{
    public static readonly OperationInput Input = new("input", "[N, C, H, W]");
    public static readonly OperationInput Weight = new("weight", "[K, C/groups, R, S]");

    public static readonly IReadOnlyList<OperationSetting> Attributes =
    [
        OperationSetting.Pair("stride", "1", 1),
        OperationSetting.Pair("padding", "0", 0),
        OperationSetting.Pair("dilation", "1", 1),
        OperationSetting.Integer("groups", "1", 1),
    ];

    public static ConvAttributes Read<T>(OperationCall<T> call)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        TensorShape weight = call.Input("weight").Shape;
        (int strideHeight, int strideWidth) = call.Pair("stride");
        (int paddingHeight, int paddingWidth) = call.Pair("padding");
        (int dilationHeight, int dilationWidth) = call.Pair("dilation");
        return new ConvAttributes(weight[2], weight[3], strideHeight, strideWidth, paddingHeight, paddingWidth, dilationHeight, dilationWidth, (int)call.Integer("groups"));
    }
}

/// <summary><see cref="Conv2d.Forward"/>.</summary>
internal sealed class Conv2dOperation : Operation
{
    public Conv2dOperation()
        : base("conv2d", "two-dimensional cross-correlation, padding with zeros")
    {
        Inputs = [ConvolutionSettings.Input, ConvolutionSettings.Weight, new("bias", "[K]", Optional: true)];
        Attributes = ConvolutionSettings.Attributes;
        Outputs = [new("output", "[N, K, P, Q]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        ConvAttributes attributes = ConvolutionSettings.Read(call);
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> weight = call.Input("weight");
        Conv2d.Forward(input, weight, call.InputOrNull("bias"), attributes, call.Output("output", Conv2d.OutputShape(input.Shape, weight.Shape, attributes)));
    }
}

/// <summary><see cref="Conv2d.BackwardInput"/>, <see cref="Conv2d.BackwardWeight"/> and <see cref="Conv2d.BackwardBias"/>.</summary>
internal sealed class Conv2dBackwardOperation : Operation
{
    public Conv2dBackwardOperation()
        : base("conv2d_backward", "the gradients of conv2d")
    {
        Inputs = [ConvolutionSettings.Input, ConvolutionSettings.Weight, new("grad_output", "[N, K, P, Q]")];
        Attributes = [.. ConvolutionSettings.Attributes, OperationSetting.Flag("bias", false)];
        Outputs = [new("grad_input", "as input"), new("grad_weight", "as weight"), new("grad_bias", "[K]", "with bias=true")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        ConvAttributes attributes = ConvolutionSettings.Read(call);
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> weight = call.Input("weight");
        DenseTensor<T> gradOutput = call.Input("grad_output");
        TensorShape output = Conv2d.OutputShape(input.Shape, weight.Shape, attributes);
        if (!gradOutput.Shape.Equals(output))
        {
            throw new ArgumentException($"conv2d_backward: grad_output is {gradOutput.Shape}; expected {output}");
        }

        Conv2d.BackwardInput(gradOutput, weight, attributes, call.Output("grad_input", input.Shape));
        Conv2d.BackwardWeight(input, gradOutput, attributes, call.Output("grad_weight", weight.Shape));
        if (call.Flag("bias"))
        {
            Conv2d.BackwardBias(gradOutput, call.Output("grad_bias", new TensorShape(weight.Shape[0])));
        }
    }
}
