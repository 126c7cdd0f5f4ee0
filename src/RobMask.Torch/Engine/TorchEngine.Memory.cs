using RobMask.Engines;
using RobMask.Torch.Native;
using TorchSharp;

namespace RobMask.Torch.Engine;

/// <content>What the device's memory holds.</content>
public sealed partial class TorchEngine : IDeviceMemory
{
    /// <summary>The bytes that are taken on a CUDA device, by every process there; libtorch gives back nothing of what it took. Null on the CPU.</summary>
    public long? PeakDeviceBytes => _device.type == DeviceType.CPU ? null : CudaMemory.Of(_device.index)?.Taken;
}
