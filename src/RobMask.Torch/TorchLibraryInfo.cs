namespace RobMask.Torch;

/// <summary>Which native libraries are in use; it belongs in a run's <c>environment.json</c>.</summary>
/// <param name="LibTorchFolder">Where libtorch lies; null where TorchSharp found it by itself.</param>
/// <param name="TorchSharpFile">The file of TorchSharp's native half; null where TorchSharp found it by itself.</param>
/// <param name="IsWeakenedCopy">Whether that file is a copy that does not insist on a newer libstdc++.</param>
public sealed record TorchLibraryInfo(string? LibTorchFolder, string? TorchSharpFile, bool IsWeakenedCopy)
{
    /// <summary>libtorch's version; null where it does not say.</summary>
    public string? Version { get; init; }

    /// <summary>The versions of CUDA and cuDNN that it is built with; null for none.</summary>
    public string? Cuda { get; init; }

    /// <summary>What the dynamic linker said where libtorch's CUDA half is there and does not load; null otherwise.</summary>
    public string? CudaProblem { get; init; }

    /// <summary>TorchSharp's version, libtorch's, and where the libraries come from.</summary>
    public string Describe()
    {
        string version = Version is null ? string.Empty : Version.StartsWith(Native.LibTorchConfig.BuiltFor + ".", StringComparison.Ordinal) ? " " + Version : $" {Version} (TorchSharp is built for {Native.LibTorchConfig.BuiltFor}; the symbols are there, more was not checked)";
        string cuda = CudaProblem is not null ? $", its CUDA half does not load: {CudaProblem}" : Cuda is null ? ", without CUDA" : ", " + Cuda;
        return $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}, libtorch{version} of {LibTorchFolder ?? "TorchSharp's own choice"}{cuda}{(IsWeakenedCopy ? ", LibTorchSharp without its needless version mark" : string.Empty)}";
    }
}
