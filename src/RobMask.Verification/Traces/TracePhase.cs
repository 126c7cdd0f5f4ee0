namespace RobMask.Verification.Traces;

/// <summary>The part of a step that an operation belongs to.</summary>
public enum TracePhase
{
    /// <summary>From the network's input to its logits.</summary>
    Forward,

    /// <summary>From the logits to the loss.</summary>
    Loss,

    /// <summary>From the loss to the gradients.</summary>
    Backward,

    /// <summary>From the gradients to new parameters.</summary>
    Optimiser,

    /// <summary>From the gradient of the input to a new input.</summary>
    Attack,
}
