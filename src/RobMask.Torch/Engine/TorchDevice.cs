using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace RobMask.Torch.Engine;

/// <summary>Names of devices: cpu, cuda, cuda:n.</summary>
internal static class TorchDevice
{
    private const string Cuda = "cuda";

    /// <summary>Opens a device by its name; cuda is cuda:0.</summary>
    /// <exception cref="ArgumentException">There is no such device; the message says what there is.</exception>
    public static Device Open(string name)
    {
        if (name == "cpu")
        {
            return CPU;
        }

        string[] parts = name.Split(':');
        int index = 0;
        if (parts[0] != Cuda || parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            throw new ArgumentException($"torch: device «{name}»; expected cpu, cuda or cuda:n", nameof(name));
        }

        // Counting devices of a libtorch without CUDA fails in TorchSharp; so it is asked whether there is any first.
        int count = cuda.is_available() ? cuda.device_count() : 0;
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new ArgumentException(
                count == 0
                    ? $"torch: device {name}: {WhyNone(TorchLibrary.Load())}; --device cpu works"
                    : $"torch: device {name}: there are {count} CUDA devices; expected cuda:0{(count == 1 ? string.Empty : $" to cuda:{count - 1}")}",
                nameof(name));
    }

    /// <summary>Why there is no CUDA device.</summary>
    internal static string WhyNone(TorchLibraryInfo library) => library switch
    {
        { CudaProblem: string problem } => $"the CUDA half of this libtorch does not load: {problem}",
        { Cuda: string version } => $"this libtorch has {version}, but sees no CUDA device; on a machine with an NVIDIA GPU the driver is missing or too old for it (nvidia-smi says which)",
        _ => $"this libtorch is built without CUDA; one with CUDA is named by {Native.TorchFolders.Variable}, on a machine with an NVIDIA GPU",
    };

    /// <summary>What there is beside the processor.</summary>
    public static string Describe()
    {
        int count = cuda.is_available() ? cuda.device_count() : 0;
        return count switch { 0 => "no CUDA device", 1 => "1 CUDA device", _ => $"{count} CUDA devices" };
    }
}
