using RobMask.Verification.Bounds;

namespace RobMask.Verification.Verdicts.Causes;

/// <summary>Faults of relu, its gradient and the feature mask.</summary>
internal static class ActivationHypotheses
{
    public static IReadOnlyList<Hypothesis> Relu { get; } =
    [
        Hypothesis.Values("the mask has the wrong sign: negative values pass", suspicion => Hypothesis.Map(suspicion.Input("input")!, x => x < 0 ? x : 0)),
        Hypothesis.Values("nothing is masked", suspicion => suspicion.Input("input")),
        Hypothesis.Values("the absolute value in place of the positive part", suspicion => Hypothesis.Map(suspicion.Input("input")!, Math.Abs)),
        Hypothesis.Values("NaN becomes 0", suspicion => Hypothesis.Map(suspicion.Input("input")!, x => x > 0 ? x : 0)),
    ];

    public static IReadOnlyList<Hypothesis> ReluBackward { get; } =
    [
        Hypothesis.Values("the gradient is not masked", suspicion => suspicion.Input("grad_output")),
        Hypothesis.Values("the mask has the wrong sign", suspicion => Hypothesis.Zip(suspicion.Input("input"), suspicion.Input("grad_output"), (x, g) => x < 0 ? g : 0)),
        Hypothesis.Values("the gradient passes at 0", suspicion => Hypothesis.Zip(suspicion.Input("input"), suspicion.Input("grad_output"), (x, g) => x >= 0 || double.IsNaN(x) ? g : 0)),
        Hypothesis.Values("the mask is that of the gradient's sign", suspicion => Hypothesis.Map(suspicion.Input("grad_output")!, g => g > 0 ? g : 0)),
        Hypothesis.Values("the mask itself, not multiplied by the gradient", suspicion => Hypothesis.Map(suspicion.Input("input")!, x => x > 0 ? 1 : 0)),
    ];

    public static IReadOnlyList<Hypothesis> Mask { get; } =
    [
        new("the mask is inverted", suspicion => new BoundedTensor(Hypothesis.Map(suspicion.Input("input")!, x => x > 0 ? 0 : 1))),
        new("the mask has the wrong sign", suspicion => new BoundedTensor(Hypothesis.Map(suspicion.Input("input")!, x => x < 0 ? 1 : 0))),
        new("the mask is open at 0", suspicion => new BoundedTensor(Hypothesis.Map(suspicion.Input("input")!, x => x >= 0 ? 1 : 0))),
    ];
}
