using System.Globalization;
using RobMask.Tensors;
using RobMask.Verification.Bounds;
using RobMask.Verification.Operations;
using ITensor = RobMask.Tensors.ITensor;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of steps: of SGD, and of projected gradient ascent.</summary>
internal static class StepHypotheses
{
    public static IReadOnlyList<Hypothesis> Sgd { get; } =
    [
        Hypothesis.Attribute("momentum is taken for 1 − momentum", "momentum", suspicion => Number(suspicion, "momentum") > 0 ? Text(1 - Number(suspicion, "momentum")) : null),
        Hypothesis.Attribute("weight decay is ignored", "weight_decay", _ => "0"),
        Hypothesis.Attribute("Nesterov's momentum in place of the usual, or the other way round", "nesterov", suspicion => (bool)suspicion.Attributes["nesterov"] ? "false" : "true"),
        Hypothesis.Attribute("dampening is ignored", "dampening", _ => "0"),
        Hypothesis.Attribute("dampening is taken for momentum", "dampening", suspicion => Number(suspicion, "momentum") > 0 ? Text(Number(suspicion, "momentum")) : null),
        Hypothesis.Of("the momentum buffer is not read", suspicion => suspicion.Request.Inputs.ContainsKey("momentum_buffer")
            ? suspicion.Request with { Inputs = suspicion.Request.Inputs.Where(pair => pair.Key != "momentum_buffer").ToDictionary() }
            : null),
        Hypothesis.Input("the step goes up the gradient", "grad", grad => Hypothesis.Map(grad, g => -g)),
        Hypothesis.Values("there is no step: the parameter stands as it was", suspicion => suspicion.Input(suspicion.Expected.Name)),
    ];

    public static IReadOnlyList<Hypothesis> Pgd { get; } =
    [
        Hypothesis.Input("sign(0) is taken as 1", "grad", grad => Hypothesis.Map(grad, g => g == 0 ? 1 : g)),
        Hypothesis.Input("sign(0) is taken as −1", "grad", grad => Hypothesis.Map(grad, g => g == 0 ? -1 : g)),
        Hypothesis.Input("the step goes down the gradient", "grad", grad => Hypothesis.Map(grad, g => -g)),
        Hypothesis.Of("the step begins at the origin, not at the input", suspicion => Hypothesis.With(suspicion.Request, "input", suspicion.Input("origin"))),
        Hypothesis.Of("the ball lies about the input, not about the origin", suspicion => Hypothesis.With(suspicion.Request, "origin", suspicion.Input("input"))),
        Hypothesis.Attribute("nothing is projected into the ball", "epsilon", _ => "1e30"),
        Hypothesis.Of("nothing is clipped to [min, max]", suspicion => NoBox(suspicion.Request)),
        new("pixels are clipped before the projection into the ball, and not after", ClippedFirst),
    ];

    private static float Number(Suspicion suspicion, string name) => (float)suspicion.Attributes[name];

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static OperationRequest NoBox(OperationRequest request) =>
        request with { Attributes = new Dictionary<string, string>(request.Attributes) { ["min"] = "-1e30", ["max"] = "1e30" } };

    // Each half bounded by itself; the projection moves no two points further apart, so the bound of the first is added.
    private static BoundedTensor? ClippedFirst(Suspicion suspicion)
    {
        OperationRequest step = Hypothesis.With(suspicion.Request, "epsilon", "1e30")!;
        BoundedTensor clipped = OperationBounds.Compute(step, suspicion.Declared)[0].Tensor;
        Dictionary<string, ITensor> inputs = new(suspicion.Request.Inputs) { ["input"] = clipped.Value, ["grad"] = new DenseTensor<double>(clipped.Shape) };
        BoundedTensor projected = OperationBounds.Compute(NoBox(suspicion.Request with { Inputs = inputs }), suspicion.Declared)[0].Tensor;
        DenseTensor<double>? bound = Hypothesis.Zip(projected.Bound ?? new DenseTensor<double>(projected.Shape), clipped.Bound ?? new DenseTensor<double>(clipped.Shape), (x, y) => x + (2 * y));
        return new BoundedTensor(projected.Value, bound);
    }
}
