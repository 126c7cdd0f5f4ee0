using RobMask.Ops;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Ops;

public sealed class SgdTests
{
    /// <summary>
    /// torch.optim.SGD worked by hand for w = 1, gradients 0.5 then 0.25, η = 0.5, m = 0.5 (all exact in binary).
    /// Plain momentum: b = 0.5, w = 0.75; b = 0.5·0.5 + 0.25 = 0.5, w = 0.5.
    /// Dampening 0.5: b = 0.5 (the first step is undamped), w = 0.75; b = 0.25 + 0.5·0.25 = 0.375, w = 0.5625.
    /// Nesterov: b = 0.5, step 0.5 + 0.25 = 0.75, w = 0.625; b = 0.5, step 0.25 + 0.25 = 0.5, w = 0.375.
    /// Weight decay 0.5: g = 1, b = 1, w = 0.5; g = 0.25 + 0.25 = 0.5, b = 1, w = 0.
    /// No momentum: w = 0.75, w = 0.625.
    /// </summary>
    [Theory]
    [InlineData(0.5f, 0f, 0f, false, 0.75f, 0.5f)]
    [InlineData(0.5f, 0.5f, 0f, false, 0.75f, 0.5625f)]
    [InlineData(0.5f, 0f, 0f, true, 0.625f, 0.375f)]
    [InlineData(0.5f, 0f, 0.5f, false, 0.5f, 0f)]
    [InlineData(0f, 0f, 0f, false, 0.75f, 0.625f)]
    public void Two_steps_are_those_of_torch_worked_by_hand(float momentum, float dampening, float weightDecay, bool nesterov, float first, float second)
    {
        SgdOptions options = new(0.5f, momentum, dampening, weightDecay, nesterov);
        DenseTensor<float> parameter = DenseTensor<float>.From([1], 1);
        DenseTensor<float>? buffer = momentum == 0 ? null : new(1);
        Sgd.Step(parameter, DenseTensor<float>.From([0.5f], 1), buffer, true, options);
        Assert.Equal(first, parameter.Span[0]);
        Sgd.Step(parameter, DenseTensor<float>.From([0.25f], 1), buffer, false, options);
        Assert.Equal(second, parameter.Span[0]);
    }

    [Theory]
    [InlineData(false, 0f)]
    [InlineData(false, 0.3f)]
    [InlineData(true, 0f)]
    public void Each_element_follows_the_written_order(bool nesterov, float dampening)
    {
        SgdOptions options = new(0.1f, 0.9f, dampening, 5e-4f, nesterov);
        foreach (int length in new[] { 1, 15, 16, 17, 100, 20_000 })
        {
            DenseTensor<float> parameter = TestTensors.Normal<float>(1, length);
            DenseTensor<float> gradient = TestTensors.Normal<float>(2, length);
            DenseTensor<float> buffer = TestTensors.Normal<float>(3, length);
            float[] w = parameter.Span.ToArray();
            float[] b = buffer.Span.ToArray();
            for (int i = 0; i < length; i++)
            {
                float g = MathF.FusedMultiplyAdd(5e-4f, w[i], gradient.Span[i]);
                b[i] = MathF.FusedMultiplyAdd((float)(1 - (double)dampening), g, b[i] * 0.9f);
                g = nesterov ? MathF.FusedMultiplyAdd(0.9f, b[i], g) : b[i];
                w[i] = MathF.FusedMultiplyAdd(-0.1f, g, w[i]);
            }

            Sgd.Step(parameter, gradient, buffer, false, options);
            TestTensors.AssertSameBits<float>("buffer", b, buffer.Span);
            TestTensors.AssertSameBits<float>("parameter", w, parameter.Span);
        }
    }

    [Fact]
    public void Rates_out_of_range_and_a_missing_buffer_are_named()
    {
        DenseTensor<float> one = new(1);
        void Fails(string message, DenseTensor<float>? buffer, SgdOptions options) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => Sgd.Step(one, one, buffer, true, options)).Message, StringComparison.Ordinal);
        Fails("sgd C2", null, new SgdOptions(0.1f, 0.9f));
        Fails("sgd C3", one, new SgdOptions(-0.1f));
        Fails("sgd C3", one, new SgdOptions(float.NaN));
        Fails("sgd C4", one, new SgdOptions(0.1f, Nesterov: true));
        Fails("sgd C4", one, new SgdOptions(0.1f, 0.9f, 0.1f, Nesterov: true));
        Fails("sgd C1", new(2), new SgdOptions(0.1f, 0.9f));
    }
}
