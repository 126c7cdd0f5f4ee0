using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;

namespace RobMask.Verification.Verdicts;

/// <summary>How many values the sums of a mean, a sum or a normalisation have, for <see cref="SizeTest"/>.</summary>
internal static class ReductionLength
{
    // The mean, the variance, and the products of gradients; an output of fewer terms shows mostly its own roundings.
    private const long SumsOfChannel = 3;
    private const double OwnRoundings = 8;

    /// <summary>The terms of a sum and how many sums there are; null where an output has no long sum in float.</summary>
    public static (long Terms, long Sums)? Of(OperationRequest request, string output)
    {
        switch (request.Name)
        {
            case "sum" or "mean":
                TensorShape rows = request.Inputs["input"].Shape;
                return rows.Length == 0 ? null : (rows.Length / rows[0], rows[0]);
            case "normalize" or "batch_norm" or "normalize_backward" or "batch_norm_backward" when IsTraining(request) && !output.StartsWith("running_", StringComparison.Ordinal):
                TensorShape shape = request.Inputs["input"].Shape;
                return shape.Length == 0 ? null : (shape.Length / shape[1], SumsOfChannel * shape[1]);
            default:
                return null;
        }
    }

    /// <summary>The greatest error / bound, less what the few roundings of an element itself may be: adding a great β rounds rightly by more than all sums.</summary>
    public static double Gauge(TensorVerdict verdict) =>
        verdict.Worst.Select(one => double.IsPositiveInfinity(one.Bound) ? 0 : (one.Error - (OwnRoundings * ArithmeticModel.Unit * Math.Abs(one.Expected))) / one.Bound).Where(double.IsFinite).DefaultIfEmpty().Max();

    private static bool IsTraining(OperationRequest request) => (bool)OperationBinding.Attributes(OperationCatalog.Find(request.Name), request.Attributes)["training"];
}
