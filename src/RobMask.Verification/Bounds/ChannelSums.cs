using RobMask.Ops;
using RobMask.Tensors;

namespace RobMask.Verification.Bounds;

/// <summary>Sums over images and positions, one for each channel: the gradient of a bias.</summary>
internal static class ChannelSums
{
    /// <summary>Of a tensor [N, C, …], its sums [C]; where a model stores operands in 16 bits, a term that is none of its numbers may have been rounded to one (theorem P2 with one operand).</summary>
    public static BoundedTensor Of(BoundedTensor tensor, ArithmeticModel model)
    {
        OperandRange range = OperandRange.Of(tensor);
        bool rounds = model.StoresOperands && !(tensor.IsExact && range.Fits(model));
        bool overflows = rounds && range.Greatest > model.OperandGreatest;
        Planes planes = Planes.Of("sums C1", nameof(tensor), tensor.Shape);
        SumBound[] sums = new SumBound[planes.Channels];
        ApproximateSpan elements = tensor.Elements;
        for (int plane = 0; plane < planes.Images * planes.Channels; plane++)
        {
            ref SumBound sum = ref sums[plane % planes.Channels];
            ApproximateSpan x = elements.Slice(plane * planes.Length, planes.Length);
            for (int i = 0; i < x.Length; i++)
            {
                Approximate term = x[i];
                bool isRounded = rounds && double.IsFinite(term.Value) && term.Magnitude > 0;
                sum.Add(!isRounded ? term : new Approximate(term.Value, overflows ? double.PositiveInfinity : term.Error + (model.OperandRounding * term.Magnitude) + model.OperandFloor));
            }
        }

        return Totals(sums, new TensorShape(planes.Channels), 0);
    }

    /// <summary>Totals as a tensor.</summary>
    public static BoundedTensor Totals(ReadOnlySpan<SumBound> sums, TensorShape shape, double roundings)
    {
        BoundedTensor totals = BoundedTensor.Empty(shape);
        for (int i = 0; i < sums.Length; i++)
        {
            totals.Set(i, sums[i].Total(roundings));
        }

        return totals;
    }
}
