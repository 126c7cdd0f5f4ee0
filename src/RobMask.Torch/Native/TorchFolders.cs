using System.Reflection;

namespace RobMask.Torch.Native;

/// <summary>Where libtorch and TorchSharp's native half may lie, the most specific place first.</summary>
internal static class TorchFolders
{
    /// <summary>The environment variable that names a folder with libtorch, for example a Python installation's <c>torch/lib</c>.</summary>
    public const string Variable = "ROBMASK_LIBTORCH";

    private static readonly string _native = Path.Combine("runtimes", "linux-x64", "native");

    /// <summary>Whether this build brings a libtorch of its own, in the package folder.</summary>
    public static bool HasPackage => Package("LibTorchPackage").Any();

    /// <summary>Folders that may hold <c>libtorch_cpu.so</c>.</summary>
    public static IReadOnlyList<string> ForLibTorch()
    {
        // An explicit choice that does not load must not be papered over by another libtorch.
        string? chosen = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(chosen) ? [.. BesideTheApplication(), .. Package("LibTorchPackage")] : [Path.GetFullPath(chosen)];
    }

    /// <summary>Folders that may hold <c>libLibTorchSharp.so</c>.</summary>
    public static IReadOnlyList<string> ForTorchSharp() => [.. BesideTheApplication(), .. Package("TorchSharpPackage")];

    private static string[] BesideTheApplication() => [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, _native)];

    /// <summary>The package folder of the build, and the same package and version in this user's own package folder.</summary>
    private static IEnumerable<string> Package(string key)
    {
        string? recorded = typeof(TorchFolders).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == key)?.Value;
        if (string.IsNullOrEmpty(recorded))
        {
            yield break;
        }

        yield return Path.Combine(recorded, _native);
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string version = Path.GetFileName(recorded);
        string package = Path.GetFileName(Path.GetDirectoryName(recorded)) ?? string.Empty;
        yield return Path.Combine(packages, package, version, _native);
    }
}
