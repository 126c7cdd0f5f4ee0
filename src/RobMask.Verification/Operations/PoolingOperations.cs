using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary>What the poolings share.</summary>
internal static class PoolingSettings
{
    public static readonly IReadOnlyList<OperationInput> Inputs = [new("input", "[N, C, H, W]")];
    public static readonly IReadOnlyList<OperationInput> BackwardInputs = [new("input", "[N, C, H, W]"), new("grad_output", "[N, C, P, Q]")];

    public static readonly IReadOnlyList<OperationSetting> Attributes =
    [
        OperationSetting.Pair("kernel_size", null, 1),
        OperationSetting.Pair("stride", "0", 0, "0 stands for kernel_size"),
        OperationSetting.Pair("padding", "0", 0, "at most half of kernel_size"),
    ];

    public static PoolAttributes Read<T>(OperationCall<T> call)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int height, int width) = call.Pair("kernel_size");
        (int strideHeight, int strideWidth) = call.Pair("stride");
        (int paddingHeight, int paddingWidth) = call.Pair("padding");
        return new PoolAttributes(height, width, strideHeight == 0 ? height : strideHeight, strideWidth == 0 ? width : strideWidth, paddingHeight, paddingWidth);
    }

    /// <summary>The gradient of the output, of the shape that the window gives.</summary>
    public static DenseTensor<T> GradOutput<T>(string operation, OperationCall<T> call, PoolAttributes attributes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        DenseTensor<T> gradOutput = call.Input("grad_output");
        TensorShape output = MaxPool2d.OutputShape(call.Input("input").Shape, attributes);
        return gradOutput.Shape.Equals(output)
            ? gradOutput
            : throw new ArgumentException($"{operation}: grad_output is {gradOutput.Shape}; expected {output}");
    }
}

/// <summary><see cref="MaxPool2d.Forward"/>.</summary>
internal sealed class MaxPool2dOperation : Operation
{
    public MaxPool2dOperation()
        : base("max_pool2d", "the largest value of each window; padding is never the largest")
    {
        Inputs = PoolingSettings.Inputs;
        Attributes = PoolingSettings.Attributes;
        Outputs = [new("output", "[N, C, P, Q]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        PoolAttributes attributes = PoolingSettings.Read(call);
        DenseTensor<T> input = call.Input("input");
        TensorShape output = MaxPool2d.OutputShape(input.Shape, attributes);
        MaxPool2d.Forward(input, attributes, call.Output("output", output), new DenseTensor<int>(output));
    }
}

/// <summary><see cref="MaxPool2d.Backward"/>.</summary>
internal sealed class MaxPool2dBackwardOperation : Operation
{
    public MaxPool2dBackwardOperation()
        : base("max_pool2d_backward", "the gradient of max_pool2d: to the first of equal largest values")
    {
        Inputs = PoolingSettings.BackwardInputs;
        Attributes = PoolingSettings.Attributes;
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        PoolAttributes attributes = PoolingSettings.Read(call);
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> gradOutput = PoolingSettings.GradOutput(Name, call, attributes);
        DenseTensor<int> indices = new(gradOutput.Shape);
        MaxPool2d.Forward(input, attributes, new DenseTensor<T>(gradOutput.Shape), indices);
        MaxPool2d.Backward(gradOutput, indices, call.Output("grad_input", input.Shape));
    }
}

/// <summary><see cref="AvgPool2d.Forward"/>.</summary>
internal sealed class AvgPool2dOperation : Operation
{
    public AvgPool2dOperation()
        : base("avg_pool2d", "the mean of each window, padding counted as zeros")
    {
        Inputs = PoolingSettings.Inputs;
        Attributes = PoolingSettings.Attributes;
        Outputs = [new("output", "[N, C, P, Q]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        PoolAttributes attributes = PoolingSettings.Read(call);
        DenseTensor<T> input = call.Input("input");
        AvgPool2d.Forward(input, attributes, call.Output("output", MaxPool2d.OutputShape(input.Shape, attributes)));
    }
}

/// <summary><see cref="AvgPool2d.Backward"/>.</summary>
internal sealed class AvgPool2dBackwardOperation : Operation
{
    public AvgPool2dBackwardOperation()
        : base("avg_pool2d_backward", "the gradient of avg_pool2d")
    {
        Inputs = PoolingSettings.BackwardInputs;
        Attributes = PoolingSettings.Attributes;
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        PoolAttributes attributes = PoolingSettings.Read(call);
        AvgPool2d.Backward(PoolingSettings.GradOutput(Name, call, attributes), attributes, call.Output("grad_input", call.Input("input").Shape));
    }
}

/// <summary><see cref="GlobalAvgPool.Forward"/>.</summary>
internal sealed class GlobalAvgPoolOperation : Operation
{
    public GlobalAvgPoolOperation()
        : base("global_avg_pool", "the mean of each plane")
    {
        Inputs = PoolingSettings.Inputs;
        Outputs = [new("output", "[N, C]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        GlobalAvgPool.Forward(input, call.Output("output", new TensorShape(input.Shape[0], input.Shape[1])));
    }
}

/// <summary><see cref="GlobalAvgPool.Backward"/>.</summary>
internal sealed class GlobalAvgPoolBackwardOperation : Operation
{
    public GlobalAvgPoolBackwardOperation()
        : base("global_avg_pool_backward", "the gradient of global_avg_pool")
    {
        Inputs = [new("input", "[N, C, H, W]"), new("grad_output", "[N, C]")];
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call) =>
        GlobalAvgPool.Backward(call.Input("grad_output"), call.Output("grad_input", call.Input("input").Shape));
}
