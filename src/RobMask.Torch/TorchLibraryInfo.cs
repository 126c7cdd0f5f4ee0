namespace RobMask.Torch;

/// <summary>Which native libraries are in use; it belongs in a run's <c>environment.json</c>.</summary>
/// <param name="LibTorchFolder">Where libtorch lies; null where TorchSharp found it by itself.</param>
/// <param name="TorchSharpFile">The file of TorchSharp's native half; null where TorchSharp found it by itself.</param>
/// <param name="IsWeakenedCopy">Whether that file is a copy that does not insist on a newer libstdc++.</param>
public sealed record TorchLibraryInfo(string? LibTorchFolder, string? TorchSharpFile, bool IsWeakenedCopy);
