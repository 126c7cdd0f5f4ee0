using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="CrossEntropy.Forward"/> and <see cref="CrossEntropy.Reduce"/>.</summary>
internal sealed class CrossEntropyOperation : Operation
{
    public CrossEntropyOperation()
        : base("cross_entropy", "−Σ q·log softmax(input), q = (1 − s)·onehot(target) + s/K")
    {
        Inputs = [new("input", "[N, K]"), new("target", "[N]", InputKind.Labels)];
        Attributes = [LossReduction.Attribute, CrossEntropySettings.Smoothing];
        Outputs = [LossReduction.Output];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> perImage = new(call.Input("input").Shape[0]);
        CrossEntropy.Forward(call.Input("input"), call.Labels("target"), call.Number("label_smoothing"), perImage);
        LossReduction.Give(call, perImage);
    }
}

/// <summary><see cref="CrossEntropy.Backward"/>.</summary>
internal sealed class CrossEntropyBackwardOperation : Operation
{
    public CrossEntropyBackwardOperation()
        : base("cross_entropy_backward", "the gradient of cross_entropy; with reduction=none that of the sum")
    {
        Inputs = [new("input", "[N, K]"), new("target", "[N]", InputKind.Labels)];
        Attributes = [LossReduction.Attribute, CrossEntropySettings.Smoothing];
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        CrossEntropy.Backward(input, call.Labels("target"), call.Number("label_smoothing"), LossReduction.Factor(call, input.Shape[0]), call.Output("grad_input", input.Shape));
    }
}

/// <summary>What both read.</summary>
internal static class CrossEntropySettings
{
    public static readonly OperationSetting Smoothing = OperationSetting.Number("label_smoothing", "0", 0, MathF.BitDecrement(1), "at least 0, below 1");
}
