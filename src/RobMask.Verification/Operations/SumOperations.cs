using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="LaneSum.Sum"/> of each row, rounded once.</summary>
internal sealed class SumOperation : Operation
{
    public SumOperation()
        : base("sum", "the sum of each row")
    {
        Inputs = [new("input", "[N, D]")];
        Outputs = [new("output", "[N]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> output = call.Output("output", new TensorShape(input.Shape[0]));
        for (int n = 0; n < output.Length; n++)
        {
            output.Span[n] = Real.FromDouble<T>(LaneSum.Sum<T>(input.Image(n)));
        }
    }
}

/// <summary><see cref="LaneSum.Sum"/> of each row divided by its length in double, rounded once.</summary>
internal sealed class MeanOperation : Operation
{
    public MeanOperation()
        : base("mean", "the mean of each row")
    {
        Inputs = [new("input", "[N, D]")];
        Outputs = [new("output", "[N]")];
    }

    internal override void Run<T>(OperationCall<T> call)
    {
        DenseTensor<T> input = call.Input("input");
        DenseTensor<T> output = call.Output("output", new TensorShape(input.Shape[0]));
        for (int n = 0; n < output.Length; n++)
        {
            output.Span[n] = Real.FromDouble<T>(LaneSum.Sum<T>(input.Image(n)) / input.Shape[1]);
        }
    }
}
