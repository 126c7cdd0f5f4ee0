using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>A bias [K] that is added to [N, K] or [N, K, P, Q], and its gradient.</summary>
internal static class BiasBound
{
    /// <summary>The section that proves the bound of the gradient.</summary>
    public const string Theorem = "S1, sums";

    /// <summary>Sums of products with the bias as one more term, added first, last or between.</summary>
    /// <remarks>Being added first, it takes part in every rounding: one more term of magnitude |b| in Σ|a·b|, so its own bound is added to that of the sums.</remarks>
    public static BoundedTensor Add(BoundedTensor sums, BoundedTensor bias, ArithmeticModel model, long terms)
    {
        BoundedTensor output = BoundedTensor.Empty(sums.Shape);
        int plane = sums.Shape.Length / Math.Max(1, sums.Shape[0] * bias.Shape[0]);
        double factor = model.Accumulation(terms + 1);
        for (int i = 0; i < sums.Shape.Length; i++)
        {
            Approximate b = bias[i / plane % bias.Shape[0]];
            Approximate sum = sums[i] + b;
            output.Set(i, new Approximate(sum.Value, sum.Error + (factor * b.Magnitude)).Rounded());
        }

        return output;
    }

    /// <summary>The gradient of a bias: sums over images and positions.</summary>
    public static BoundedTensor Gradient(BoundedTensor gradOutput)
    {
        int channels = gradOutput.Shape[1];
        int plane = gradOutput.Shape.Length / Math.Max(1, gradOutput.Shape[0] * channels);
        SumBound[] sums = new SumBound[channels];
        for (int i = 0; i < gradOutput.Shape.Length; i++)
        {
            sums[i / plane % channels].Add(gradOutput[i]);
        }

        BoundedTensor gradient = BoundedTensor.Empty(new TensorShape(channels));
        for (int c = 0; c < channels; c++)
        {
            gradient.Set(c, sums[c].Total());
        }

        return gradient;
    }
}
