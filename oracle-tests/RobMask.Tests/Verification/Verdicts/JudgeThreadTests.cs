using RobMask.Kernels;
using RobMask.Tensors;
using RobMask.Verification.Operations;
using RobMask.Verification.Verdicts;
using Xunit;

namespace RobMask.Tests.Verification.Verdicts;

[Collection(RunsAlone.Name)]
public sealed class JudgeThreadTests
{
    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        OperationRequest request = Judging.Request("relu", [("input", TestTensors.Normal<float>(9, 8, 40, 30, 30))]);
        DenseTensor<float> right = Judging.Right(request, "output");
        DenseTensor<float> got = Judging.Map(right, (x, i) => i % 7 == 3 ? x + 1e-3f : x);
        int before = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            TensorVerdict alone = Judging.Of(request, "output", got);
            Workers.ThreadCount = 3;
            TensorVerdict together = Judging.Of(request, "output", got);
            Assert.Equal((alone.Bias, alone.BiasFromZero, alone.GreatestError, alone.BitwiseCount), (together.Bias, together.BiasFromZero, together.GreatestError, together.BitwiseCount));
            Assert.Equal(alone.Worst, together.Worst);
            Assert.Equal((got.Length + 3) / 7, together.OutsideCount);
            Assert.Equal(3, together.First?.Index);
            Assert.Equal(Enumerable.Range(0, 8).Select(i => (7 * i) + 3), together.Worst.Select(element => element.Index));
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }
}
