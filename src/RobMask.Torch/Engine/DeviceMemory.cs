using System.Globalization;
using RobMask.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>How much of a device a data set may take.</summary>
internal static class DeviceMemory
{
    /// <summary>The environment variable that limits it, in MiB; 0 keeps data sets on the host.</summary>
    public const string Variable = "ROBMASK_RESIDENT_MIB";

    private const long Mebibyte = 1 << 20;
    private const long UsualLimit = 2048 * Mebibyte;
    private const int Share = 4;

    /// <summary>The most bytes of a data set that are kept on a device: what the variable says, else a quarter of the free memory, else 2 GiB.</summary>
    public static long ResidentLimit(Device device)
    {
        if (long.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out long mebibytes))
        {
            return checked(mebibytes * Mebibyte);
        }

        return device.type == DeviceType.CUDA && CudaMemory.Of(device.index)?.Free is long free ? free / Share : UsualLimit;
    }
}
