using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="Residual.Forward"/>.</summary>
internal sealed class AddOperation : Operation
{
    public AddOperation()
        : base("add", "left + right, element by element: a residual sum, or a gradient that arrives along two ways")
    {
        Inputs = [new("left", "[…]"), new("right", "as left")];
        Outputs = [new("output", "as left")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> left = call.Input("left");
        Residual.Forward(left, call.Input("right"), call.Output("output", left.Shape));
    }
}
