using System.Runtime.InteropServices;

namespace RobMask.Torch.Native;

/// <summary>How much memory of a CUDA device is free and taken, asked of the CUDA runtime that libtorch brought along.</summary>
/// <remarks>
/// TorchSharp does not wrap the allocator's own figures. <c>cudaMemGetInfo</c> counts what all processes hold on the device, contexts
/// included; libtorch gives nothing back of what it took, so after some steps that is the peak of a device of one's own.
/// Not run on a GPU by those who wrote it.
/// </remarks>
internal static unsafe class CudaMemory
{
    private const string Runtime = "libcudart";
    private const string Maps = "/proc/self/maps";

    /// <summary>The bytes of a device; null where no CUDA runtime is loaded or it does not answer.</summary>
    /// <param name="device">Its number.</param>
    public static (long Free, long Taken)? Of(int device)
    {
        if (!File.Exists(Maps) || RuntimeIn(File.ReadLines(Maps)) is not string path || !NativeLibrary.TryLoad(path, out nint library)
            || !NativeLibrary.TryGetExport(library, "cudaGetDevice", out nint get)
            || !NativeLibrary.TryGetExport(library, "cudaSetDevice", out nint set)
            || !NativeLibrary.TryGetExport(library, "cudaMemGetInfo", out nint information))
        {
            return null;
        }

        int before;
        nuint free;
        nuint total;
        if (((delegate* unmanaged<int*, int>)get)(&before) != 0 || ((delegate* unmanaged<int, int>)set)(device) != 0)
        {
            return null;
        }

        int code = ((delegate* unmanaged<nuint*, nuint*, int>)information)(&free, &total);
        _ = ((delegate* unmanaged<int, int>)set)(before);
        return code == 0 ? ((long)free, (long)(total - free)) : null;
    }

    /// <summary>The path of the CUDA runtime among the files that a process has mapped, one a line, the path from its first «/» on.</summary>
    internal static string? RuntimeIn(IEnumerable<string> maps) =>
        maps.Select(line => line.IndexOf('/', StringComparison.Ordinal) is int begin and >= 0 ? line[begin..] : string.Empty)
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith(Runtime, StringComparison.Ordinal));
}
