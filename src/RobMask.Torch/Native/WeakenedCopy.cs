using System.Security.Cryptography;

namespace RobMask.Torch.Native;

/// <summary>
/// A copy of a library, in the user's cache, that no longer insists on symbol versions which the system's library lacks and
/// which nothing in it uses.
/// </summary>
/// <remarks>
/// libLibTorchSharp.so 0.107.0 was linked with GCC 13, which adds a reference to <c>std::ios_base_library_init()</c>,
/// version GLIBCXX_3.4.32, to every file that includes &lt;iostream&gt;: a marker for the linker, without a relocation. The
/// libstdc++ of Debian 12 and Ubuntu 22.04 ends at 3.4.30, and the dynamic linker refuses the file for the marker's version.
/// </remarks>
internal static class WeakenedCopy
{
    /// <summary>The needs of a library that are required and that the given versions do not meet.</summary>
    public static IReadOnlyList<VersionNeed> Missing(ElfImage image, string library, IReadOnlySet<string> given) =>
        [.. image.VersionNeeds().Where(need => need.Library == library && need.IsRequired && !given.Contains(need.Version))];

    /// <summary>Makes needs weak in the bytes of a library.</summary>
    /// <exception cref="InvalidDataException">A symbol of a missing version is used: the library could not run.</exception>
    public static void Weaken(byte[] bytes, string name, string library, IReadOnlySet<string> given)
    {
        ElfImage image = new(bytes, name);
        foreach (VersionNeed need in Missing(image, library, given))
        {
            IReadOnlyList<string> used = image.RelocatedSymbols(need);
            if (used.Count > 0)
            {
                throw new InvalidDataException($"{name}: it uses {string.Join(", ", used)} of {library} version {need.Version}, which this system's {library} lacks");
            }

            image.Weaken(need);
        }
    }

    /// <summary>Stores <paramref name="bytes"/> in the first cache folder that can be written, and returns the file's path.</summary>
    /// <remarks>The folder is named by the contents and the file is renamed into place, so processes may do this together.</remarks>
    /// <exception cref="IOException">No folder can be written.</exception>
    public static string Store(byte[] bytes, string fileName, IReadOnlyList<string> cacheFolders)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(bytes))[..32];
        List<string> failures = [];
        foreach (string cache in cacheFolders)
        {
            string folder = Path.Combine(cache, digest);
            string path = Path.Combine(folder, fileName);
            try
            {
                // Compared in full: a file that a crash or another hand has changed must not be loaded.
                if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
                {
                    CreatePrivateFolder(folder);
                    string temporary = Path.Combine(folder, $"{fileName}.{Guid.NewGuid():N}");
                    File.WriteAllBytes(temporary, bytes);
                    File.Move(temporary, path, overwrite: true);
                }

                return path;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failures.Add(exception.Message);
            }
        }

        throw new IOException($"no cache folder can be written: {string.Join("; ", failures)}");
    }

    /// <summary>The user's cache folder, and one for this user in the temporary folder where there is no home.</summary>
    public static IReadOnlyList<string> CacheFolders()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (string.IsNullOrEmpty(cache) && !string.IsNullOrEmpty(home))
        {
            cache = Path.Combine(home, ".cache");
        }

        string temporary = Path.Combine(Path.GetTempPath(), $"robmask-{Environment.UserName}");
        return string.IsNullOrEmpty(cache) ? [temporary] : [Path.Combine(cache, "robmask", "native"), temporary];
    }

    private static void CreatePrivateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
