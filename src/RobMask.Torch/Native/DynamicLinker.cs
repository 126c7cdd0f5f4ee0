using System.Runtime.InteropServices;

namespace RobMask.Torch.Native;

/// <summary>The C library's own loading of shared libraries, because it says why a library does not load.</summary>
/// <remarks><see cref="NativeLibrary"/> tries several names and reports the failure of the last, which hides the cause.</remarks>
internal static unsafe partial class DynamicLinker
{
    private const int Lazy = 1;
    private const int LinkMapRequest = 2;

    /// <summary>Loads a library; where it does not load, returns 0 and what <c>dlerror</c> says.</summary>
    /// <param name="path">A path, or a soname for the dynamic linker to look for.</param>
    /// <param name="error">The dynamic linker's message, or an empty string.</param>
    public static nint Open(string path, out string error)
    {
        // The first call of a function may itself load a library and so overwrite the message: dlerror is bound beforehand.
        _ = LastError();
        nint handle = OpenLibrary(path, Lazy);
        error = handle == 0 ? Marshal.PtrToStringUTF8(LastError()) ?? "no reason given" : string.Empty;
        return handle;
    }

    /// <summary>The file that a loaded library came from.</summary>
    public static string? PathOf(nint handle)
    {
        // struct link_map begins with { l_addr, l_name }.
        nint* map = null;
        return Information(handle, LinkMapRequest, &map) == 0 && map != null ? Marshal.PtrToStringUTF8(map[1]) : null;
    }

    /// <summary>Sets a variable for native code of this process; .NET's own setter changes a copy that native code does not see.</summary>
    public static void SetEnvironment(string name, string value) => _ = SetVariable(name, value, 1);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenLibrary(string path, int mode);

    [LibraryImport("libdl.so.2", EntryPoint = "dlerror")]
    private static partial nint LastError();

    [LibraryImport("libdl.so.2", EntryPoint = "dlinfo")]
    private static partial int Information(nint handle, int request, void* result);
}
