using System.Numerics;
using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Operations;

/// <summary>The attribute «reduction» that all losses have, and its factor in a gradient.</summary>
internal static class LossReduction
{
    public static readonly OperationSetting Attribute = OperationSetting.Choice("reduction", "mean", "mean", "sum", "none");

    /// <summary>The one output of a loss.</summary>
    public static readonly OperationOutput Output = new("output", "[], or [N] with reduction=none");

    /// <summary>Gives the losses of the images, or their mean or sum.</summary>
    public static void Give<T>(OperationCall<T> call, DenseTensor<T> perImage)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (call.Choice("reduction") == "none")
        {
            call.Output("output", perImage);
            return;
        }

        Reduction reduction = call.Choice("reduction") == "sum" ? Reduction.Sum : Reduction.Mean;
        call.Output("output", new TensorShape()).Span[0] = CrossEntropy.Reduce(perImage, reduction);
    }

    /// <summary>1/N, one rounding in T, for a mean; 1 for a sum, and for «none», whose gradient is that of the sum.</summary>
    public static T Factor<T>(OperationCall<T> call, int images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        call.Choice("reduction") == "mean" ? T.One / T.CreateChecked(images) : T.One;
}
