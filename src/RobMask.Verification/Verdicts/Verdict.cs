namespace RobMask.Verification.Verdicts;

/// <summary>What is said of a tensor, the best first; a tensor has that of its worst element.</summary>
public enum Verdict
{
    /// <summary>Every element has the bits of profile fma1.</summary>
    Bitwise,

    /// <summary>Every element is within its bound for the declared precision.</summary>
    Within,

    /// <summary>Not that, but every element is within its bound for a less precise model, which is named.</summary>
    Explained,

    /// <summary>No bound is proven for this output.</summary>
    Unproven,

    /// <summary>An element is what no model allows.</summary>
    Wrong,
}
