using System.Runtime.Intrinsics;

namespace RobMask.Kernels;

/// <summary>The widths that the kernels are built for. Which one runs never shows in the bits.</summary>
internal static class VectorBits
{
    /// <summary>The widest that this machine does in hardware; 128 where it does none, where it is correct and slow.</summary>
    public static int Best => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
}
