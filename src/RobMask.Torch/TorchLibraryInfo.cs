namespace RobMask.Torch;

/// <summary>Which native libraries are in use; it belongs in a run's <c>environment.json</c>.</summary>
/// <param name="LibTorchFolder">Where libtorch lies; null where TorchSharp found it by itself.</param>
/// <param name="TorchSharpFile">The file of TorchSharp's native half; null where TorchSharp found it by itself.</param>
/// <param name="IsWeakenedCopy">Whether that file is a copy that does not insist on a newer libstdc++.</param>
public sealed record TorchLibraryInfo(string? LibTorchFolder, string? TorchSharpFile, bool IsWeakenedCopy)
{
    /// <summary>TorchSharp's version, and where the libraries come from.</summary>
    public string Describe() =>
        $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}, libtorch of {LibTorchFolder ?? "TorchSharp's own choice"}{(IsWeakenedCopy ? ", LibTorchSharp without its needless version mark" : string.Empty)}";
}
