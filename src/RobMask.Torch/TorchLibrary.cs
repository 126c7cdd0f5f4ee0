using System.Reflection;
using System.Runtime.InteropServices;
using RobMask.Torch.Native;
using TorchSharp;

namespace RobMask.Torch;

/// <summary>Loads libtorch and TorchSharp's native half, on systems where TorchSharp alone does not manage it too.</summary>
/// <remarks>
/// Call <see cref="Load"/> before anything of TorchSharp. It takes libtorch from the folder that the environment variable
/// ROBMASK_LIBTORCH names, from beside the application, or from the package folder of the build, without copying it. Where
/// the system's libstdc++ is too old by a version that libLibTorchSharp.so names but does not use, it loads a copy of that
/// file, in the user's cache folder, that does not insist (<c>WeakenedCopy</c>). Package folders are only read.
/// </remarks>
public static class TorchLibrary
{
    private const string TorchSharpFile = "libLibTorchSharp.so";
    private const string StandardLibrary = "libstdc++.so.6";
    private const int SymbolsNamed = 5;
    private static readonly Lock _lock = new();
    private static TorchLibraryInfo? _loaded;

    /// <summary>The loaded libtorch_cpu.so, whose exported symbols TorchSharp does not wrap all; 0 where TorchSharp loaded it itself.</summary>
    internal static nint Handle { get; private set; }

    /// <summary>Loads the libraries; further calls return what the first one found.</summary>
    /// <exception cref="TorchLibraryException">They do not load: what was tried, what the dynamic linker said, what helps.</exception>
    public static TorchLibraryInfo Load()
    {
        lock (_lock)
        {
            return _loaded ??= OperatingSystem.IsLinux() ? LoadOnLinux() : LoadAsTorchSharpDoes();
        }
    }

    private static TorchLibraryInfo LoadAsTorchSharpDoes()
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        return new TorchLibraryInfo(null, null, false);
    }

    private static TorchLibraryInfo LoadOnLinux()
    {
        List<string> tried = [];
        string libTorch = Find("libtorch_cpu.so", TorchFolders.ForLibTorch(), tried);
        string torchSharp = Find(TorchSharpFile, TorchFolders.ForTorchSharp(), tried);

        // With these in the process, the sonames that libLibTorchSharp.so needs are met wherever it lies itself.
        Handle = Open(libTorch, tried);
        string? cudaProblem = OpenCuda(Path.GetDirectoryName(libTorch)!, tried);
        Open(Path.Combine(Path.GetDirectoryName(libTorch)!, "libtorch.so"), tried);

        string? config = LibTorchConfig.Read(Handle);
        RequirePair(torchSharp, libTorch, LibTorchConfig.Version(config), tried);
        string loadable = Loadable(torchSharp, tried);
        nint handle = Open(loadable, tried);

        // TorchSharp first asks by bare name, which the dynamic linker answers with the library of that soname that is
        // already there; its calls are bound to the same handle here.
        NativeLibrary.SetDllImportResolver(
            typeof(torch).Assembly,
            (string name, Assembly assembly, DllImportSearchPath? path) => name == "LibTorchSharp" ? handle : 0);
        torch.InitializeDeviceType(DeviceType.CPU);
        return new TorchLibraryInfo(Path.GetDirectoryName(libTorch), loadable, loadable != torchSharp)
        {
            Version = LibTorchConfig.Version(config),
            Cuda = LibTorchConfig.Cuda(config),
            CudaProblem = cudaProblem,
        };
    }

    // Loaded by its own name, so that what the dynamic linker says of a missing CUDA library is not lost behind «no CUDA device».
    private static string? OpenCuda(string folder, List<string> tried)
    {
        string path = Path.Combine(folder, "libtorch_cuda.so");
        if (!File.Exists(path))
        {
            return null;
        }

        bool isLoaded = DynamicLinker.Open(path, out string error) != 0;
        tried.Add($"{path}: {(isLoaded ? "loaded" : error)}");
        return isLoaded ? null : error;
    }

    // Calls are bound when they are first made, so a missing symbol would end the process in the middle of a run.
    private static void RequirePair(string torchSharp, string libTorch, string? version, List<string> tried)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TorchFolders.Variable)))
        {
            return;
        }

        string[] missing;
        try
        {
            missing = SymbolCheck.Missing(new ElfImage(File.ReadAllBytes(torchSharp), torchSharp), symbol => NativeLibrary.TryGetExport(Handle, symbol, out _));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            tried.Add(exception.Message);
            throw Failure("its symbols cannot be compared with TorchSharp's", tried, exception);
        }

        if (missing.Length > 0)
        {
            tried.Add($"{libTorch} lacks {missing.Length} symbols that {torchSharp} calls: {string.Join(", ", missing.Take(SymbolsNamed))}{(missing.Length > SymbolsNamed ? ", …" : string.Empty)}");
            throw Failure($"is of version {version ?? "unknown"}, TorchSharp is built for {LibTorchConfig.BuiltFor}", tried, null);
        }

        tried.Add($"{libTorch} has every symbol that {torchSharp} calls");
    }

    private static string Loadable(string torchSharp, List<string> tried)
    {
        try
        {
            nint standardLibrary = Open(StandardLibrary, tried);
            string path = DynamicLinker.PathOf(standardLibrary) ?? throw new InvalidDataException($"{StandardLibrary} is loaded, but from no file");
            IReadOnlySet<string> given = new ElfImage(File.ReadAllBytes(path), path).VersionsDefined();
            byte[] bytes = File.ReadAllBytes(torchSharp);
            IReadOnlyList<VersionNeed> missing = WeakenedCopy.Missing(new ElfImage(bytes, torchSharp), StandardLibrary, given);
            if (missing.Count == 0)
            {
                return torchSharp;
            }

            tried.Add($"{path} lacks {string.Join(", ", missing.Select(need => need.Version))}, which {torchSharp} names");
            WeakenedCopy.Weaken(bytes, torchSharp, StandardLibrary, given);
            return WeakenedCopy.Store(bytes, TorchSharpFile, WeakenedCopy.CacheFolders());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            tried.Add(exception.Message);
            throw Failure("cannot be made to load", tried, exception);
        }
    }

    private static string Find(string file, IReadOnlyList<string> folders, List<string> tried)
    {
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, file);
            if (File.Exists(path))
            {
                tried.Add($"{path}: found");
                return path;
            }

            tried.Add($"{path}: no such file");
        }

        throw Failure($"{file} is not found", tried, null);
    }

    private static nint Open(string path, List<string> tried)
    {
        try
        {
            nint handle = DynamicLinker.Open(path, out string error);
            if (handle != 0)
            {
                tried.Add($"{path}: loaded");
                return handle;
            }

            tried.Add($"{path}: {error}");
        }
        catch (DllNotFoundException exception)
        {
            tried.Add($"libdl.so.2: {exception.Message} (libtorch needs a system with the GNU C library)");
        }

        throw Failure($"{Path.GetFileName(path)} does not load", tried, null);
    }

    private static TorchLibraryException Failure(string what, List<string> tried, Exception? cause) => new(
        $"""
        libtorch: {what}. What was tried:
          {string.Join("\n  ", tried)}
        What helps: {(TorchFolders.HasPackage ? "run «dotnet restore» so that the package libtorch-cpu-linux-x64 is in the package folder, or " : string.Empty)}set
        {TorchFolders.Variable} to a folder with libtorch_cpu.so of version 2.10 (a Python installation's torch/lib). It needs
        x86-64 Linux with glibc 2.34 and {StandardLibrary} of GCC 12 or newer (Debian 12, Ubuntu 22.04).
        """,
        cause);
}
