namespace RobMask.Kernels;

/// <summary>Finds −0, the only trace that leaving out the terms of the padding can have: see <see cref="ImageLanePlan{T}"/>.</summary>
internal static unsafe class NegativeZero
{
    /// <summary>Whether one of <paramref name="length"/> values is −0.</summary>
    public static bool IsAmong<T>(T* values, int length)
        where T : unmanaged => sizeof(T) == sizeof(uint)
        ? new ReadOnlySpan<uint>(values, length).Contains(1u << 31)
        : new ReadOnlySpan<ulong>(values, length).Contains(1ul << 63);
}
