using RobMask.Engines;
using RobMask.Masking;

namespace RobMask.Training;

/// <summary>A network with one mask and one set of running statistics: what classifies images and what an attacker faces.</summary>
/// <param name="Engine">Where it lives.</param>
/// <param name="Model">Its parameters.</param>
/// <param name="Mask">The mask for every image.</param>
/// <param name="StatisticsSet">The running statistics.</param>
/// <param name="Description">For reports, for example «robmask, mask u(0) = (0.61, 0.39)».</param>
public sealed record DeployedNetwork(IEngine Engine, IModel Model, MaskChoice Mask, int StatisticsSet, string Description)
{
    /// <summary>The gate of a RobMask network, for the figure with the true u(δ); else null.</summary>
    public MaskGate? Gate { get; init; }

    /// <summary>The running statistics that the training gave to attacked images.</summary>
    public int AttackedStatisticsSet { get; init; }
}
