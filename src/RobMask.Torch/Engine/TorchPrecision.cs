namespace RobMask.Torch.Engine;

/// <summary>What convolutions and products of matrices compute in; everything else is computed in float.</summary>
public enum TorchPrecision
{
    /// <summary>Float throughout: TensorFloat-32 is off for products and convolutions.</summary>
    Fp32,

    /// <summary>Float, but a GPU may cut the operands of products and convolutions to 11 bits.</summary>
    Tf32,

    /// <summary>Operands and results of products and convolutions are bfloat16; parameters and statistics stay float.</summary>
    Bf16,
}
