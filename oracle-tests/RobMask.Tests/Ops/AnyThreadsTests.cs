using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

[Collection(RunsAlone.Name)]
public sealed class AnyThreadsTests
{
    /// <summary>Larger than a part of a job in every direction, and no multiple of one.</summary>
    private static readonly int[] _extents = [9, 13, 17, 19];

    [Fact]
    public void Normalise_and_its_gradient() => TestTensors.AssertSameBitsOnAnyThreads("normalise", () =>
    {
        DenseTensor<float> input = TestTensors.Normal<float>(1, _extents);
        DenseTensor<float>[] results = [new(_extents), new(13), new(13), new(13), new(_extents), new(_extents)];
        Normalise.ForwardTraining(input, 1e-5f, results[0], results[1], results[2], results[3]);
        Normalise.BackwardTraining(results[0], input, results[3], results[4]);
        Normalise.ForwardEvaluation(input, results[1], results[2], 1e-5f, results[5], results[3]);
        return results;
    });

    [Fact]
    public void Rescale_and_its_gradients() => TestTensors.AssertSameBitsOnAnyThreads("rescale", () =>
    {
        DenseTensor<float> input = TestTensors.Normal<float>(2, _extents);
        DenseTensor<float> gradient = TestTensors.Normal<float>(3, _extents);
        DenseTensor<float> primary = TestTensors.Normal<float>(4, 3, 13);
        DenseTensor<float> coefficients = TestTensors.Normal<float>(5, 9, 3);
        DenseTensor<float>[] results = [new(9, 13), new(9, 13), new(_extents), new(9, 13), new(9, 13), new(3, 13), new(3, 13), new(9, 3), new(_extents), new(13), new(13)];
        MixedRescale.Forward(input, primary, primary, coefficients, results[0], results[1], results[2]);
        MixedRescale.Backward(input, gradient, primary, primary, coefficients, results[0], results[3], results[4], results[5], results[6], results[7], results[8]);
        Rescale.BackwardMask(input, gradient, results[9], results[10]);
        return results;
    });

    [Fact]
    public void Relu_residual_and_pooling() => TestTensors.AssertSameBitsOnAnyThreads("element-wise", () =>
    {
        DenseTensor<float> input = TestTensors.Normal<float>(6, _extents);
        PoolAttributes window = PoolAttributes.Square(3, 2, 1);
        TensorShape pooled = MaxPool2d.OutputShape(input.Shape, window);
        DenseTensor<int> indices = new(pooled);
        DenseTensor<float>[] results = [new(_extents), new(_extents), new(pooled), new(pooled), new(_extents), new(_extents), new(9, 13), new(_extents)];
        Relu.Forward(input, results[0]);
        Residual.Forward(input, results[0], results[1]);
        MaxPool2d.Forward(input, window, results[2], indices);
        AvgPool2d.Forward(input, window, results[3]);
        MaxPool2d.Backward(results[3], indices, results[4]);
        AvgPool2d.Backward(results[3], window, results[5]);
        GlobalAvgPool.Forward(input, results[6]);
        GlobalAvgPool.Backward(results[6], results[7]);
        return results;
    });

    [Fact]
    public void Attacks_descent_and_random_numbers() => TestTensors.AssertSameBitsOnAnyThreads("steps", () =>
    {
        DenseTensor<float> origin = TestTensors.Normal<float>(7, _extents);
        DenseTensor<float> gradient = TestTensors.Normal<float>(8, _extents);
        DenseTensor<float> size = TestTensors.Normal<float>(9, 9);
        Relu.Forward(size, size);
        DenseTensor<float>[] results = [new(_extents), new(_extents), new(9, 2), new(_extents), TestTensors.Copy(origin), new(_extents), new(_extents), new(_extents)];
        PhiloxKey key = new(1, 2, 3);
        ProjectedStep.StartLinf(origin, size, key, PixelBox.Unit, results[0]);
        ProjectedStep.Linf(origin, gradient, size, size, PixelBox.Unit, results[0]);
        ProjectedStep.StartL2(origin, size, key, PixelBox.Unit, results[1]);
        ProjectedStep.L2(origin, gradient, size, size, PixelBox.Unit, results[1]);
        Strength.Forward(gradient, 0.1f, results[2]);
        Strength.Backward(gradient, 0.1f, results[2], results[3]);
        Sgd.Step(results[4], gradient, results[5], false, new SgdOptions(0.1f, 0.9f, 0, 1e-4f, true));
        new PhiloxStream(key).FillUniform(results[6]);
        new PhiloxStream(key).FillNormal(results[7]);
        return results;
    });

    [Fact]
    public void Nothing_is_allocated_after_the_first_call()
    {
        DenseTensor<float> input = TestTensors.Normal<float>(10, _extents);
        DenseTensor<float> output = new(_extents);
        DenseTensor<float>[] channel = [new(13), new(13), new(13)];
        DenseTensor<float> logits = TestTensors.Normal<float>(11, 9, 10);
        DenseTensor<float> gradLogits = new(9, 10);
        DenseTensor<int> labels = TestTensors.Labels(12, 9, 10);
        DenseTensor<float> perImage = new(9);
        void Work()
        {
            Normalise.ForwardTraining(input, 1e-5f, output, channel[0], channel[1], channel[2]);
            Rescale.Forward(output, channel[0], channel[1], output);
            Relu.Forward(output, output);
            Rescale.BackwardMask(input, output, channel[0], channel[1]);
            Normalise.BackwardTraining(input, output, channel[2], output);
            CrossEntropy.Forward(logits, labels, 0.1f, perImage);
            CrossEntropy.Backward(logits, labels, 0.1f, 1f, gradLogits);
            KlDivergence.Forward(logits, gradLogits, perImage);
            DlrLoss.Backward(logits, labels, 1f, gradLogits);
            ProjectedStep.Linf(input, output, perImage, perImage, PixelBox.Unit, output);
            Sgd.Step(input, output, output, false, new SgdOptions(0.1f, 0.9f));
        }

        Work();
        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
