using System.IO.Enumeration;
using RobMask.Kernels;

namespace RobMask.Data;

/// <summary>The files of one half of an image folder: <c>class/file</c>, sorted, with their classes.</summary>
/// <remarks>
/// One pass over the directories without asking the system about single files, classes side by side on all workers. A file costs the
/// memory of its name.
/// </remarks>
internal sealed class ImageFolderListing
{
    private static readonly string[] _extensions = [".png", ".jpg", ".jpeg"];

    private readonly string _folder;
    private readonly string[][] _files;
    private readonly int[] _starts;

    /// <summary>Lists a folder of class folders.</summary>
    /// <exception cref="InvalidDataException">It has no class folder, or one is empty or holds something else than images.</exception>
    public ImageFolderListing(string folder)
    {
        _folder = folder;
        ClassNames = [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        if (ClassNames.Length == 0)
        {
            throw BadFile.Of(folder, "must hold a folder of images for each class, found none");
        }

        _files = new string[ClassNames.Length][];
        ListJob job = new(this, new string?[ClassNames.Length]);
        Workers.For(ClassNames.Length, job);
        job.ThrowFirst();
        _starts = new int[ClassNames.Length + 1];
        for (int k = 0; k < ClassNames.Length; k++)
        {
            _starts[k + 1] = checked(_starts[k] + _files[k].Length);
        }
    }

    /// <summary>The classes, sorted.</summary>
    public string[] ClassNames { get; }

    /// <summary>The number of files.</summary>
    public int Count => _starts[^1];

    /// <summary>The class of a file.</summary>
    public int Label(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int found = _starts.AsSpan().BinarySearch(index);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The path of a file.</summary>
    public string PathOf(int index)
    {
        int label = Label(index);
        return Path.Combine(_folder, ClassNames[label], _files[label][index - _starts[label]]);
    }

    private readonly struct ListJob(ImageFolderListing listing, string?[] wrong) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            string folder = Path.Combine(listing._folder, listing.ClassNames[index]);
            List<string> files = [];
            foreach ((string name, bool isFolder) in new FileSystemEnumerable<(string Name, bool IsFolder)>(folder, (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory)))
            {
                if (name.StartsWith('.'))
                {
                    continue;
                }

                if (isFolder || !_extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
                {
                    // The first in order of names, so that the message does not depend on the file system.
                    wrong[index] = wrong[index] is string other && string.CompareOrdinal(other, name) < 0 ? other : name;
                }

                files.Add(name);
            }

            files.Sort(StringComparer.Ordinal);
            listing._files[index] = [.. files];
        }

        public void ThrowFirst()
        {
            for (int k = 0; k < wrong.Length; k++)
            {
                string folder = Path.Combine(listing._folder, listing.ClassNames[k]);
                if (wrong[k] is string name)
                {
                    throw BadFile.Of(Path.Combine(folder, name), $"a class folder holds images ({string.Join(", ", _extensions)}) and nothing else");
                }

                if (listing._files[k].Length == 0)
                {
                    throw BadFile.Of(folder, "the class folder holds no image");
                }
            }
        }
    }
}
