namespace RobMask.Ops;

/// <summary>The rates of stochastic gradient descent, as in torch.optim.SGD.</summary>
/// <param name="LearningRate">≥ 0.</param>
/// <param name="Momentum">0 ≤ m; 0 keeps no buffer.</param>
/// <param name="Dampening">0 ≤ d ≤ 1; 0 with Nesterov.</param>
/// <param name="WeightDecay">λ ≥ 0: λ·parameter joins the gradient.</param>
/// <param name="Nesterov">Nesterov's momentum; needs momentum &gt; 0 and no dampening.</param>
public readonly record struct SgdOptions(
    float LearningRate,
    float Momentum = 0,
    float Dampening = 0,
    float WeightDecay = 0,
    bool Nesterov = false);
