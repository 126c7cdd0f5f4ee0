namespace RobMask.Training;

/// <summary>Stochastic gradient descent, as torch.optim.SGD.</summary>
public sealed record OptimiserSettings
{
    /// <summary>0 ≤ m.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>0 ≤ d ≤ 1.</summary>
    public float Dampening { get; init; }

    /// <summary>λ ≥ 0.</summary>
    public float WeightDecay { get; init; } = 5e-4f;

    /// <summary>Nesterov's momentum.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Let weight decay act on γ and β too, as PyTorch does where all parameters are in one group.</summary>
    public bool DecayRescaling { get; init; } = true;

    /// <summary>What the learning rate of a gate is multiplied by; weight decay never acts on a gate.</summary>
    public float GateRateFactor { get; init; } = 1;
}
