namespace RobMask.Torch.Native;

/// <summary>Whether a libtorch has what TorchSharp's native half calls.</summary>
internal static class SymbolCheck
{
    // C++ names of libtorch's own namespaces; the rest is the C and C++ libraries', which the dynamic linker checks by version.
    private static readonly string[] Prefixes = ["_ZN2at", "_ZNK2at", "_ZN3c10", "_ZNK3c10", "_ZN5torch", "_ZNK5torch", "_ZTIN2at", "_ZTIN3c10", "_ZTIN5torch", "_ZTVN2at", "_ZTVN3c10", "_ZTVN5torch"];

    /// <summary>The symbols of libtorch's namespaces that an image requires and <paramref name="has"/> denies.</summary>
    public static string[] Missing(ElfImage image, Func<string, bool> has) =>
        [.. image.RequiredSymbols().Where(symbol => Prefixes.Any(prefix => symbol.StartsWith(prefix, StringComparison.Ordinal)) && !has(symbol))];
}
