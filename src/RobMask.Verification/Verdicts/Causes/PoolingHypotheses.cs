using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of pooling.</summary>
internal static class PoolingHypotheses
{
    public static IReadOnlyList<Hypothesis> All { get; } =
    [
        Other("the mean in place of the maximum", "max_pool2d", "avg_pool2d"),
        Other("the maximum in place of the mean", "avg_pool2d", "max_pool2d"),
        Exchanged("kernel_size"),
        Exchanged("stride"),
        Exchanged("padding"),
        Hypothesis.Values("padding is not counted in the mean", suspicion => suspicion.Request.Name == "avg_pool2d" ? WithoutPadding(suspicion) : null),
        Hypothesis.Values("the sum in place of the mean", suspicion => suspicion.Request.Name.Contains("avg", StringComparison.Ordinal) ? Hypothesis.Map(suspicion.Expected.Tensor.Value, x => x * Window(suspicion)) : null),
    ];

    private static Hypothesis Other(string words, string name, string other) => Hypothesis.Of(words, suspicion =>
        suspicion.Request.Name == name ? suspicion.Request with { Name = other } : suspicion.Request.Name == name + "_backward" ? suspicion.Request with { Name = other + "_backward" } : null);

    private static Hypothesis Exchanged(string attribute) => Hypothesis.Attribute($"rows and columns of {attribute} are exchanged", attribute, suspicion =>
        suspicion.Attributes.GetValueOrDefault(attribute) is ValueTuple<int, int> pair && pair.Item1 != pair.Item2 ? string.Create(CultureInfo.InvariantCulture, $"{pair.Item2},{pair.Item1}") : null);

    private static double Window(Suspicion suspicion)
    {
        TensorShape input = suspicion.Input("input")!.Shape;
        (int height, int width) = suspicion.Attributes.GetValueOrDefault("kernel_size") is ValueTuple<int, int> kernel ? kernel : (input[2], input[3]);
        return (double)height * width;
    }

    // Each mean times the window's size over the number of elements inside, which pooling a tensor of ones gives.
    private static DenseTensor<double>? WithoutPadding(Suspicion suspicion)
    {
        DenseTensor<double> ones = Hypothesis.Map(suspicion.Input("input")!, _ => 1);
        BoundedTensor inside = OperationBounds.Compute(Hypothesis.With(suspicion.Request, "input", ones)!, ArithmeticModel.Fp32)[0].Tensor;
        return Hypothesis.Zip(suspicion.Expected.Tensor.Value, inside.Value, (mean, part) => mean / part);
    }
}
