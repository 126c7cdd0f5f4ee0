using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>How much of a device a data set may take.</summary>
internal static unsafe class DeviceMemory
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

        return device.type == DeviceType.CUDA && Free() is long free ? free / Share : UsualLimit;
    }

    // TorchSharp does not wrap it; CUDA's driver tells it of the device in use by this thread, which libtorch has made current.
    private static long? Free()
    {
        string driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(driver, out nint handle) || !NativeLibrary.TryGetExport(handle, "cuMemGetInfo_v2", out nint function))
        {
            return null;
        }

        nuint free = 0;
        nuint total = 0;
        int error = ((delegate* unmanaged[Cdecl]<nuint*, nuint*, int>)function)(&free, &total);
        return error == 0 ? (long)free : null;
    }
}
