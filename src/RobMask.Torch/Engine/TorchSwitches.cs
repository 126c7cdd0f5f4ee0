using System.Runtime.InteropServices;
using RobMask.Torch.Native;

namespace RobMask.Torch.Engine;

/// <summary>A switch of libtorch's and whether it was found.</summary>
/// <param name="Name">As PyTorch calls it.</param>
/// <param name="Value">What it was set to.</param>
/// <param name="Took">False where this libtorch does not export it: its default holds.</param>
public sealed record TorchSwitch(string Name, bool Value, bool Took);

/// <summary>Precision and determinism: setters of libtorch's global context, which TorchSharp does not wrap and libtorch exports as C++ symbols.</summary>
internal static unsafe class TorchSwitches
{
    private const string Workspace = "CUBLAS_WORKSPACE_CONFIG";

    /// <summary>Sets all of them for the whole process.</summary>
    public static IReadOnlyList<TorchSwitch> Set(TorchPrecision precision)
    {
        // cuBLAS reads it when its first handle is made; the value is the one that PyTorch's documentation asks for.
        if (Environment.GetEnvironmentVariable(Workspace) is null)
        {
            SetNative(Workspace, ":4096:8");
        }

        bool reduced = precision == TorchPrecision.Tf32;
        return
        [
            SetFlag("torch.backends.cuda.matmul.allow_tf32", "_ZN2at7Context18setAllowTF32CuBLASEb", reduced),
            SetFlag("torch.backends.cudnn.allow_tf32", "_ZN2at7Context17setAllowTF32CuDNNEb", reduced),
            SetFlag("torch.backends.cudnn.deterministic", "_ZN2at7Context21setDeterministicCuDNNEb", true),
            SetFlag("torch.backends.cudnn.benchmark", "_ZN2at7Context17setBenchmarkCuDNNEb", false),
            SetFlag("torch.backends.mkldnn.deterministic", "_ZN2at7Context22setDeterministicMkldnnEb", true),
            SetAlgorithms(),

            // Deterministic algorithms fill every new tensor with NaN unless told not to: a pass over memory for each result, of no use where nothing is read before it is written.
            SetFlag("torch.utils.deterministic.fill_uninitialized_memory", "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb", false),
        ];
    }

    private static TorchSwitch SetFlag(string name, string symbol, bool value)
    {
        if (!Find(symbol, out nint setter, out nint context))
        {
            return new TorchSwitch(name, value, false);
        }

        ((delegate* unmanaged[Cdecl]<nint, byte, void>)setter)(context, value ? (byte)1 : (byte)0);
        return new TorchSwitch(name, value, true);
    }

    // Where an operation has no deterministic form libtorch warns instead of failing: those that networks use here have one.
    private static TorchSwitch SetAlgorithms()
    {
        const string Name = "torch.use_deterministic_algorithms(warn_only)";
        if (!Find("_ZN2at7Context26setDeterministicAlgorithmsEbb", out nint setter, out nint context))
        {
            return new TorchSwitch(Name, true, false);
        }

        ((delegate* unmanaged[Cdecl]<nint, byte, byte, void>)setter)(context, 1, 1);
        return new TorchSwitch(Name, true, true);
    }

    private static bool Find(string symbol, out nint setter, out nint context)
    {
        setter = 0;
        context = 0;
        if (TorchLibrary.Handle == 0 || !NativeLibrary.TryGetExport(TorchLibrary.Handle, "_ZN2at13globalContextEv", out nint global) || !NativeLibrary.TryGetExport(TorchLibrary.Handle, symbol, out setter))
        {
            return false;
        }

        context = ((delegate* unmanaged[Cdecl]<nint>)global)();
        return true;
    }

    // Environment.SetEnvironmentVariable changes a copy that native code does not see.
    private static void SetNative(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (OperatingSystem.IsLinux())
        {
            DynamicLinker.SetEnvironment(name, value);
        }
    }
}
