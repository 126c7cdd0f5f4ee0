using RobMask.Tensors;

namespace RobMask.Engines;

/// <summary>Which of the k primary masks, or which mixture of them, the rescaling layers of one forward pass use.</summary>
/// <remarks>With coefficients u, layer l uses γ = Σ_i u_i γ_i and β = Σ_i u_i β_i: one chain of fma from +0 over i.</remarks>
public sealed class MaskChoice
{
    private MaskChoice(int index, float[]? uniform, ITensor? perImage)
    {
        Index = index;
        // A null array, and a bare null beside a memory, would convert to an empty memory.
        UniformCoefficients = uniform is null ? default(ReadOnlyMemory<float>?) : new ReadOnlyMemory<float>(uniform);
        ImageCoefficients = perImage;
    }

    /// <summary>The index of the primary mask, or −1 where there are coefficients.</summary>
    public int Index { get; }

    /// <summary>Coefficients [k], or [L·k] for L rescaling layers, that hold for every image; or null.</summary>
    public ReadOnlyMemory<float>? UniformCoefficients { get; }

    /// <summary>Coefficients of each image, [N, k] or [N, L·k]; or null.</summary>
    public ITensor? ImageCoefficients { get; }

    /// <summary>Primary mask <paramref name="index"/> for every image.</summary>
    public static MaskChoice Primary(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new MaskChoice(index, null, null);
    }

    /// <summary>One mixture for every image: coefficients [k], or [L·k] for L rescaling layers.</summary>
    public static MaskChoice Uniform(params ReadOnlySpan<float> coefficients) => new(-1, coefficients.ToArray(), null);

    /// <summary>A mixture for each image: coefficients [N, k], or [N, L·k] for L rescaling layers. Their gradient can be asked for.</summary>
    public static MaskChoice PerImage(ITensor coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        return new MaskChoice(-1, null, coefficients);
    }
}
