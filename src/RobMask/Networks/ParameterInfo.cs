using RobMask.Tensors;

namespace RobMask.Networks;

/// <summary>What a parameter or running statistic is for; methods freeze or decay by role.</summary>
public enum ParameterRole
{
    /// <summary>The weight of a convolution or a linear layer.</summary>
    Weight,

    /// <summary>The bias of a convolution or a linear layer.</summary>
    Bias,

    /// <summary>The scale γ of a rescaling layer, [C] or [k, C].</summary>
    Gamma,

    /// <summary>The shift β of a rescaling layer, [C] or [k, C].</summary>
    Beta,

    /// <summary>A running mean, [C] or [s, C] for s sets of statistics.</summary>
    RunningMean,

    /// <summary>A running variance (unbiased, as in PyTorch), [C] or [s, C].</summary>
    RunningVariance,
}

/// <summary>A named tensor of a network.</summary>
/// <param name="Name">The PyTorch-style name, for example <c>layer1.0.bn1.weight</c>.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Role">What it is for.</param>
/// <param name="FanIn">For weights and biases, the number of products summed into one output: it sets the initial range.</param>
public sealed record ParameterInfo(string Name, TensorShape Shape, ParameterRole Role, int FanIn = 0);
