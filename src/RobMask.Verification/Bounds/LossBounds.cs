using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>What the losses share: reduction over images, and its factor in a gradient.</summary>
internal static class LossBounds
{
    /// <summary>Gives the losses of the images, or their mean or sum in any order.</summary>
    public static void Give(BoundCall call, ReadOnlySpan<Approximate> perImage, string theorem)
    {
        if (call.Choice("reduction") == "none")
        {
            ApproximateSpan all = call.Output("output", new TensorShape(perImage.Length), theorem).Elements;
            for (int n = 0; n < perImage.Length; n++)
            {
                all[n] = perImage[n];
            }

            return;
        }

        SumBound sum = default;
        foreach (Approximate loss in perImage)
        {
            sum.Add(loss);
        }

        call.Output("output", new TensorShape(), theorem).Set(0, Reduced(call, sum, perImage.Length, 0));
    }

    /// <summary>A sum over images and possibly more, or that divided by the number of images.</summary>
    public static Approximate Reduced(BoundCall call, in SumBound sum, int images, double roundings)
    {
        if (call.Choice("reduction") != "mean")
        {
            return sum.Total(roundings);
        }

        return images > 0 ? Approximate.Mean(sum.Total(roundings), images) : throw new ArgumentException("reduction: the mean of no images");
    }

    /// <summary>1/N, rounded, for a mean; else 1.</summary>
    public static Approximate Factor(BoundCall call, int images) => call.Choice("reduction") == "mean" ? (1 / (Approximate)(double)images).Rounded() : 1;
}
