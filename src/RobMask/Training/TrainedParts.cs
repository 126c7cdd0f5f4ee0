namespace RobMask.Training;

/// <summary>Which parts of a network a training run may change; the others stay as they are, bit for bit.</summary>
[Flags]
public enum TrainedParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Weights and biases of convolutions and linear layers.</summary>
    Weights = 1,

    /// <summary>γ and β of the rescaling layers.</summary>
    Rescaling = 2,

    /// <summary>The running statistics. Where they are not trained, training normalises with them as they are.</summary>
    Statistics = 4,

    /// <summary>The gate of RobMask.</summary>
    Gate = 8,

    /// <summary>Everything.</summary>
    All = Weights | Rescaling | Statistics | Gate,
}
