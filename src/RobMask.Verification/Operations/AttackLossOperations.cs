using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="MarginLoss.Forward"/>.</summary>
internal sealed class MarginLossOperation : Operation
{
    public MarginLossOperation()
        : base("margin_loss", "the largest other logit less that of the target class; needs 2 classes")
    {
        Inputs = [new("input", "[N, K]"), new("target", "[N]", InputKind.Labels)];
        Attributes = [LossReduction.Attribute];
        Outputs = [LossReduction.Output];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> perImage = new(call.Input("input").Shape[0]);
        MarginLoss.Forward(call.Input("input"), call.Labels("target"), perImage);
        LossReduction.Give(call, perImage);
    }
}

/// <summary><see cref="MarginLoss.Backward"/>.</summary>
internal sealed class MarginLossBackwardOperation : Operation
{
    public MarginLossBackwardOperation()
        : base("margin_loss_backward", "the gradient of margin_loss; with reduction=none that of the sum")
    {
        Inputs = [new("input", "[N, K]"), new("target", "[N]", InputKind.Labels)];
        Attributes = [LossReduction.Attribute];
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        MarginLoss.Backward(input, call.Labels("target"), LossReduction.Factor(call, input.Shape[0]), call.Output("grad_input", input.Shape));
    }
}

/// <summary><see cref="DlrLoss.Forward"/> or <see cref="DlrLoss.ForwardTargeted"/>.</summary>
internal sealed class DlrLossOperation : Operation
{
    public DlrLossOperation()
        : base("dlr_loss", "the difference-of-logits-ratio loss (3 classes), targeted where attack_target is given (4 classes)")
    {
        Inputs = [new("input", "[N, K]"), new("target", "[N]", InputKind.Labels), new("attack_target", "[N]", InputKind.Labels, Optional: true)];
        Attributes = [LossReduction.Attribute];
        Outputs = [LossReduction.Output];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> perImage = new(input.Shape[0]);
        if (call.LabelsOrNull("attack_target") is { } attackTarget)
        {
            DlrLoss.ForwardTargeted(input, call.Labels("target"), attackTarget, perImage);
        }
        else
        {
            DlrLoss.Forward(input, call.Labels("target"), perImage);
        }

        LossReduction.Give(call, perImage);
    }
}

/// <summary><see cref="DlrLoss.Backward"/> or <see cref="DlrLoss.BackwardTargeted"/>.</summary>
internal sealed class DlrLossBackwardOperation : Operation
{
    public DlrLossBackwardOperation()
        : base("dlr_loss_backward", "the gradient of dlr_loss; with reduction=none that of the sum")
    {
        Inputs = [new("input", "[N, K]"), new("target", "[N]", InputKind.Labels), new("attack_target", "[N]", InputKind.Labels, Optional: true)];
        Attributes = [LossReduction.Attribute];
        Outputs = [new("grad_input", "as input")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        T factor = LossReduction.Factor(call, input.Shape[0]);
        DenseTensor<T> gradInput = call.Output("grad_input", input.Shape);
        if (call.LabelsOrNull("attack_target") is { } attackTarget)
        {
            DlrLoss.BackwardTargeted(input, call.Labels("target"), attackTarget, factor, gradInput);
        }
        else
        {
            DlrLoss.Backward(input, call.Labels("target"), factor, gradInput);
        }
    }
}
