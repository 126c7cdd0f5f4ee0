using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary><see cref="LaneSum.Sum"/> of each row, rounded once.</summary>
internal sealed class SumOperation() : RowOperation("sum", "the sum of each row")
{
    protected override double Finish(double sum, int count) => sum;
}

/// <summary><see cref="LaneSum.Sum"/> of each row divided by its length in double, rounded once.</summary>
internal sealed class MeanOperation() : RowOperation("mean", "the mean of each row")
{
    protected override double Finish(double sum, int count) => sum / count;
}

/// <summary>One number of each row, made in double from its <see cref="LaneSum.Sum"/> and rounded once.</summary>
internal abstract class RowOperation : Operation
{
    protected RowOperation(string name, string summary)
        : base(name, summary)
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
            output.Span[n] = Real.FromDouble<T>(Finish(LaneSum.Sum<T>(input.Image(n)), input.Shape[1]));
        }
    }

    /// <summary>What the sum of so many values becomes.</summary>
    protected abstract double Finish(double sum, int count);
}
