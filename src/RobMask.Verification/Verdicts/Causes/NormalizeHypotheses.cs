using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of batch normalisation. Those of the statistics are computed as a normalisation by given ones, which shows them in the output itself.</summary>
internal static class NormalizeHypotheses
{
    public static IReadOnlyList<Hypothesis> Forward { get; } =
    [
        Variance("the unbiased variance in place of the biased one", (v, m, _) => v * m / (m - 1)),
        Variance("epsilon is added outside the root", (v, _, epsilon) => ((Math.Sqrt(v) + epsilon) * (Math.Sqrt(v) + epsilon)) - epsilon),
        Variance("epsilon is left out", (v, _, epsilon) => v - epsilon),
        new("the running statistics are used in training", suspicion => ByStatistics(suspicion, suspicion.Input("running_mean"), suspicion.Input("running_var"))),
        new("the batch's statistics are used in evaluation", suspicion => IsTraining(suspicion) ? null : ByStatistics(suspicion, Moments(suspicion).Mean, Moments(suspicion).Variance)),
        Hypothesis.Attribute("momentum is taken for 1 − momentum", "momentum", suspicion => Text(1 - (float)suspicion.Attributes["momentum"])),
        Hypothesis.Values("the biased variance enters the running one", suspicion => Running(suspicion, suspicion.Expected.Name == "running_var", (v, _) => v)),
        Hypothesis.Values("the running statistics are not updated", suspicion => IsTraining(suspicion) && suspicion.Expected.Name.StartsWith("running_", StringComparison.Ordinal) ? suspicion.Input(suspicion.Expected.Name) : null),
        Hypothesis.Values("the unbiased variance in place of the biased one", suspicion => suspicion.Expected.Name == "var" ? Hypothesis.Map(suspicion.Expected.Tensor.Value, v => v * Count(suspicion) / (Count(suspicion) - 1)) : null),
    ];

    public static IReadOnlyList<Hypothesis> Backward { get; } =
    [
        new("mean and variance are taken as constants: their part of the gradient is missing", suspicion => IsTraining(suspicion) ? ByStatistics(suspicion, Moments(suspicion).Mean, Moments(suspicion).Variance) : null),
        Variance("the unbiased variance in place of the biased one, both taken as constants", (v, m, _) => v * m / (m - 1)),
        Hypothesis.Attribute("epsilon is left out", "eps", _ => "0"),
    ];

    private static bool IsTraining(Suspicion suspicion) => (bool)suspicion.Attributes["training"];

    private static double Count(Suspicion suspicion) => (double)suspicion.Input("input")!.Length / suspicion.Input("input")!.Shape[1];

    private static Hypothesis Variance(string words, Func<double, double, double, double> change) => new(words, suspicion =>
    {
        if (!IsTraining(suspicion))
        {
            return null;
        }

        double epsilon = (float)suspicion.Attributes["eps"];
        double m = Count(suspicion);
        (DenseTensor<double> mean, DenseTensor<double> variance) = Moments(suspicion);
        return ByStatistics(suspicion, mean, Hypothesis.Map(variance, v => change(v, m, epsilon)));
    });

    // In evaluation by these statistics; the bounds of the right output are added, since statistics of a batch have errors of their own.
    private static BoundedTensor? ByStatistics(Suspicion suspicion, DenseTensor<double>? mean, DenseTensor<double>? variance)
    {
        if (mean is null || variance is null || !suspicion.Fits || suspicion.Expected.Name is not ("output" or "grad_input"))
        {
            return null;
        }

        Dictionary<string, ITensor> inputs = new(suspicion.Request.Inputs) { ["running_mean"] = mean, ["running_var"] = variance };
        Dictionary<string, string> attributes = new(suspicion.Request.Attributes) { ["training"] = "false" };
        BoundedTensor other = OperationBounds.Compute(new OperationRequest(suspicion.Request.Name, inputs, attributes), suspicion.Declared)[0].Tensor;
        for (int i = 0; other.Bound is not null && suspicion.Expected.Tensor.Bound is not null && i < other.Bound.Length; i++)
        {
            other.Bound.Span[i] += suspicion.Expected.Tensor.Bound.Span[i];
        }

        return other;
    }

    private static DenseTensor<double>? Running(Suspicion suspicion, bool applies, Func<double, double, double> entering)
    {
        if (!applies || suspicion.Input("running_var") is not { } before)
        {
            return null;
        }

        double momentum = (float)suspicion.Attributes["momentum"];
        double m = Count(suspicion);
        return Hypothesis.Zip(before, Moments(suspicion).Variance, (old, v) => ((1 - momentum) * old) + (momentum * entering(v, m)));
    }

    /// <summary>Mean and biased variance of each channel.</summary>
    internal static (DenseTensor<double> Mean, DenseTensor<double> Variance) Moments(Suspicion suspicion)
    {
        DenseTensor<double> input = suspicion.Input("input")!;
        int channels = input.Shape[1];
        int plane = input.Length / Math.Max(1, input.Shape[0] * channels);
        double m = Count(suspicion);
        DenseTensor<double> mean = new(channels);
        DenseTensor<double> variance = new(channels);
        for (int i = 0; i < input.Length; i++)
        {
            mean.Span[i / plane % channels] += input.Span[i] / m;
        }

        for (int i = 0; i < input.Length; i++)
        {
            double away = input.Span[i] - mean.Span[i / plane % channels];
            variance.Span[i / plane % channels] += away * away / m;
        }

        return (mean, variance);
    }

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
