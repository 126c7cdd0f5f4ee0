namespace RobMask.Training;

/// <summary>The coefficients of the mask that a RobMask network is deployed with.</summary>
public enum TestMask
{
    /// <summary>u(0): what the gate gives for a clean image.</summary>
    GateAtZero,

    /// <summary>1/k each.</summary>
    UniformAverage,
}
