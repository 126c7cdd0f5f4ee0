using RobMask.Tensors;
using RobMask.Tests.Spec;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using Xunit;

namespace RobMask.Tests.Verification.Bounds;

/// <summary>From end to end: inputs that are moved within their bounds give results within the bounds that were carried along.</summary>
public sealed class InputBoundTests
{
    public static TheoryData<string> Operations => [.. OperationCatalog.All.Select(operation => operation.Name).Where(name => name != "philox")];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Results_of_moved_inputs_are_within_the_bounds_that_were_carried(string operation)
    {
        const int Cases = 400;
        int decided = 0;
        for (int i = 0; i < Cases; i++)
        {
            Draw draw = new(unchecked(Draw.RunSeed + (i * 104729)));
            BoundCase one = BoundCase.Random(operation, draw, i % 3 == 2 ? Manner.Integers : Manner.Ordinary);
            double size = draw.Of(1e-7, 1e-5, 1e-3, 0.1);
            Dictionary<string, BoundedTensor> inputs = [];
            Dictionary<string, DenseTensor<int>> labels = [];
            foreach ((string name, ITensor tensor) in one.Inputs.ToArray())
            {
                if (tensor is DenseTensor<int> classes)
                {
                    labels.Add(name, classes);
                    continue;
                }

                DenseTensor<float> values = (DenseTensor<float>)tensor;
                DenseTensor<float> moved = new(values.Shape);
                DenseTensor<double> value = new(values.Shape);
                DenseTensor<double> bound = new(values.Shape);
                bool exact = draw.Chance(0.3);
                for (int j = 0; j < values.Length; j++)
                {
                    // Moved by all, some or nothing of the bound; the value in the middle, the moved input a float.
                    moved.Span[j] = values.Span[j];
                    double by = exact ? 0 : size * Math.Abs(values.Span[j]) * draw.Of(0.0, 1, -1, draw.Float(-1, 1));
                    value.Span[j] = values.Span[j] + by;
                    bound.Span[j] = Math.Abs(value.Span[j] - moved.Span[j]) * draw.Of(1, 1.0, 2);
                }

                inputs.Add(name, new BoundedTensor(value, exact ? null : bound));
                one.Inputs[name] = moved;
            }

            Operation entry = OperationCatalog.Find(operation);
            IReadOnlyList<BoundedOutput> bounds = OperationBounds.Compute(entry, inputs, labels, OperationBinding.Attributes(entry, one.Attributes), ArithmeticModel.Fp32);
            Within.Check(one, $"inputs moved by {size}", bounds, OperationCatalog.Run(one.Request));
            if (LooseOperations.Run(one) is { } got)
            {
                Within.Check(one, $"inputs moved by {size}, another order", bounds, got);
            }

            decided += bounds.All(b => b.Tensor.Bound is null || !b.Tensor.Bound.Span.Contains(double.PositiveInfinity)) ? 1 : 0;
        }

        Assert.True(decided > Cases / 4, $"{operation}: only {decided} of {Cases} decided");
    }
}
