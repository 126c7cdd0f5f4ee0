using Xunit;

namespace RobMask.Tests;

/// <summary>The files beside the repository that some tests read; a test skips, saying why, where they are missing.</summary>
/// <remarks>
/// The folder is the environment variable REFERENCE_DATA, else <c>../shared/data</c> beside the repository root, which is
/// found by walking up from the test assembly. With REFERENCE_REQUIRE_ALL=1 a missing file fails the test instead.
/// </remarks>
internal static class SharedData
{
    /// <summary>The data folder, whether or not it exists.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>The folder of conformance files, beside the data folder.</summary>
    public static string ConformanceFolder { get; } = Path.Combine(Path.GetDirectoryName(Folder) ?? ".", "conformance");

    /// <summary>The path of a file or folder under the data folder; skips the test where it is missing.</summary>
    /// <remarks>The calling test needs [SkippableFact] or [SkippableTheory].</remarks>
    public static string Require(params string[] parts) => Existing(Path.Combine([Folder, .. parts]));

    /// <summary>The path of a file or folder under the conformance folder; skips the test where it is missing.</summary>
    public static string RequireConformance(params string[] parts) => Existing(Path.Combine([ConformanceFolder, .. parts]));

    private static string Existing(string path)
    {
        if (File.Exists(path) || Directory.Exists(path))
        {
            return path;
        }

        string reason = $"{path} is missing; set REFERENCE_DATA to the folder of the shared data";
        Assert.False(Environment.GetEnvironmentVariable("REFERENCE_REQUIRE_ALL") == "1", reason);
        throw new SkipException(reason);
    }

    private static string FindFolder()
    {
        string? named = Environment.GetEnvironmentVariable("REFERENCE_DATA");
        if (!string.IsNullOrEmpty(named))
        {
            return Path.GetFullPath(named).TrimEnd(Path.DirectorySeparatorChar);
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Reference.sln")))
            {
                return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data"));
            }
        }

        return Path.GetFullPath(Path.Combine("..", "shared", "data"));
    }
}
