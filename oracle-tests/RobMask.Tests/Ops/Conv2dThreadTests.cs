using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

[Collection(RunsAlone.Name)]
public sealed class Conv2dThreadTests
{
    [Fact]
    public void Thread_count_never_shows_in_the_bits()
    {
        Random random = new(31);
        List<ConvCases.Case> cases = [.. ConvCases.Large().Where(one => one.Input[0] < 20)];
        for (int i = 0; i < 15; i++)
        {
            cases.Add(ConvCases.Draw(random));
            cases.Add(ConvCases.DrawBatch(random));
        }

        cases.Add(new ConvCases.Case(new TensorShape(33, 96, 16, 16), new TensorShape(40, 48, 3, 3), ConvAttributes.Square(3, 2, 1, 1, 2), false));

        foreach (ConvCases.Case one in cases)
        {
            DenseTensor<float> input = ConvCases.Normal<float>(random, one.Input);
            DenseTensor<float> weight = ConvCases.Normal<float>(random, one.Weight);
            DenseTensor<float> gradOutput = ConvCases.Normal<float>(random, one.Output);
            DenseTensor<float> output = new(one.Output);
            DenseTensor<float> gradInput = new(one.Input);
            DenseTensor<float> gradWeight = new(one.Weight);
            TestTensors.AssertSameBitsOnAnyThreads<float>(one.ToString(), () =>
            {
                Conv2d.Forward(input, weight, null, one.Attributes, output);
                Conv2d.BackwardInput(gradOutput, weight, one.Attributes, gradInput);
                Conv2d.BackwardWeight(input, gradOutput, one.Attributes, gradWeight);
                return [output, gradInput, gradWeight];
            });
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(32)]
    public void A_convolution_after_the_first_allocates_nothing(int images)
    {
        ConvAttributes a = ConvAttributes.Square(3, 1, 1);
        DenseTensor<float> input = new(images, 32, 16, 16);
        DenseTensor<float> weight = new(40, 32, 3, 3);
        DenseTensor<float> output = new(images, 40, 16, 16);
        DenseTensor<float> gradInput = new(input.Shape);
        DenseTensor<float> gradWeight = new(weight.Shape);
        void Pass()
        {
            Conv2d.Forward(input, weight, null, a, output);
            Conv2d.BackwardInput(output, weight, a, gradInput);
            Conv2d.BackwardWeight(input, output, a, gradWeight);
        }

        Pass();
        Pass();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
