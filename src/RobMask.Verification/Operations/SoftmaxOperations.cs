using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Softmax.Forward"/>.</summary>
internal sealed class SoftmaxOperation : Operation
{
    public SoftmaxOperation()
        : base("softmax", "exp(x − max)/Σ exp(x − max) of each row")
    {
        Inputs = [new("input", "[N, K]")];
        Outputs = [new("output", "[N, K]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        Softmax.Forward(input, call.Output("output", input.Shape));
    }
}

/// <summary><see cref="LogSoftmax.Forward"/>.</summary>
internal sealed class LogSoftmaxOperation : Operation
{
    public LogSoftmaxOperation()
        : base("log_softmax", "(x − max) − log Σ exp(x − max) of each row")
    {
        Inputs = [new("input", "[N, K]")];
        Outputs = [new("output", "[N, K]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        LogSoftmax.Forward(input, call.Output("output", input.Shape));
    }
}
