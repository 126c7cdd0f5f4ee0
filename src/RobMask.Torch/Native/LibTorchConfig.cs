using System.Runtime.InteropServices;

namespace RobMask.Torch.Native;

/// <summary>What a libtorch says of itself: at::show_config(), which is exported and which TorchSharp does not wrap.</summary>
internal static unsafe class LibTorchConfig
{
    /// <summary>The version that TorchSharp 0.107.0 is built for.</summary>
    public const string BuiltFor = "2.10";

    private const string Symbol = "_ZN2at11show_configB5cxx11Ev";
    private const string VersionSetting = "TORCH_VERSION=";
    private static readonly string[] _cuda = ["CUDA Runtime ", "CuDNN "];

    /// <summary>The text; null where this libtorch does not export it.</summary>
    public static string? Read(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, Symbol, out nint show))
        {
            return null;
        }

        // A std::string is returned through a pointer to the place for it: { char* data, size_t length, 16 bytes more }. It is asked for once and not given back.
        const int StringSize = 32;
        nint* text = (nint*)NativeMemory.AllocZeroed(StringSize);
        ((delegate* unmanaged[Cdecl]<nint*, nint>)show)(text);
        return Marshal.PtrToStringUTF8(text[0], (int)text[1]);
    }

    /// <summary>«2.10.0», from the build settings; null where they do not say.</summary>
    public static string? Version(string? config)
    {
        int start = config?.IndexOf(VersionSetting, StringComparison.Ordinal) ?? -1;
        return start < 0 ? null : config![(start + VersionSetting.Length)..].Split([',', ' ', '\n'], 2)[0];
    }

    /// <summary>«CUDA Runtime 12.8, CuDNN 91.0.2»; null where it is built without CUDA.</summary>
    public static string? Cuda(string? config)
    {
        string[] found = [.. (config ?? string.Empty).Split('\n').Select(line => line.Trim(' ', '-')).Where(line => _cuda.Any(start => line.StartsWith(start, StringComparison.Ordinal)))];
        return found.Length == 0 ? null : string.Join(", ", found);
    }
}
