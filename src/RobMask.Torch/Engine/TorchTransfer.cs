using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>From the host to a device without waiting for it.</summary>
/// <remarks>
/// A copy from ordinary memory waits until the device has done all that was asked of it before. From page-locked memory it
/// takes its turn behind that; libtorch's allocator hands such memory out again only when the copy is done, so it may be
/// disposed of at once.
/// </remarks>
internal static class TorchTransfer
{
    /// <summary>A copy on the device; the same tensor where that is the processor.</summary>
    public static Tensor ToDevice(Tensor host, Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return host;
        }

        using Tensor locked = host.pin_memory();
        return locked.to(device, non_blocking: true);
    }

    /// <summary>The elements of a contiguous tensor in host memory.</summary>
    public static Span<T> Elements<T>(Tensor host)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(host.bytes);
}
