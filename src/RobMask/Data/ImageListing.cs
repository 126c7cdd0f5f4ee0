using System.IO.Compression;

namespace RobMask.Data;

/// <summary>The images of a folder or zip in <c>split/class/file</c> layout, found but not yet read.</summary>
/// <remarks>
/// Splits are <c>train</c> and <c>test</c>. Classes and files are sorted by ordinal comparison, so that their order is
/// never the file system's. Names that begin with a dot are passed over, and so is what lies outside the splits. A zip
/// may have one folder around its splits.
/// </remarks>
internal sealed class ImageListing : IDisposable
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg"];
    private static readonly string[] SplitNames = ["train", "test"];
    private readonly Dictionary<string, SortedDictionary<string, SortedSet<string>>> _splits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly ZipArchive? _archive;
    private readonly string _path;
    private string _root = string.Empty;

    /// <summary>Lists a folder or a zip.</summary>
    /// <exception cref="InvalidDataException">The zip is corrupt, or the layout is not that of images.</exception>
    public ImageListing(string path)
    {
        _path = path;
        if (Directory.Exists(path))
        {
            ListFolder();
            RequireSplit();
            return;
        }

        _archive = OpenZip(path);
        try
        {
            ListZip(_archive);
            RequireSplit();
        }
        catch
        {
            _archive.Dispose();
            throw;
        }
    }

    /// <summary>The classes of a split, sorted, or null where the split is missing.</summary>
    public string[]? Classes(string split) => _splits.TryGetValue(split, out SortedDictionary<string, SortedSet<string>>? classes) ? [.. classes.Keys] : null;

    /// <summary>The files of a class, sorted.</summary>
    /// <exception cref="InvalidDataException">The class has none.</exception>
    public IReadOnlyCollection<string> Files(string split, string label)
    {
        SortedSet<string> files = _splits[split][label];
        return files.Count > 0 ? files : throw BadFile.Of(NameOf($"{split}/{label}"), "the class folder holds no image");
    }

    /// <summary>What a file is called in errors.</summary>
    public string NameOf(string file) => _archive is null ? Path.Combine(_path, file) : $"{_path}: {_root}{file}";

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="InvalidDataException">The file is too long, or its zip entry is corrupt.</exception>
    public byte[] Read(string file)
    {
        string name = NameOf(file);
        if (_archive is null)
        {
            using FileStream stream = new(name, FileMode.Open, FileAccess.Read, FileShare.Read);
            return ReadAll(name, stream, stream.Length);
        }

        ZipArchiveEntry entry = _entries[file];
        try
        {
            using Stream stream = entry.Open();
            byte[] bytes = ReadAll(name, stream, entry.Length);
            return Crc32.Of(bytes) == entry.Crc32 ? bytes : throw BadFile.Of(name, "the checksum of the zip entry does not match its bytes");
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(_path, StringComparison.Ordinal))
        {
            throw BadFile.Of(name, "the bytes of the zip entry are corrupt", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _archive?.Dispose();

    private static byte[] ReadAll(string name, Stream stream, long length)
    {
        if (length > ImageDecoder.LargestFile)
        {
            throw BadFile.Of(name, $"an image file may have {ImageDecoder.LargestFile} bytes, found {length}");
        }

        byte[] bytes = new byte[length];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == length && stream.ReadByte() < 0 ? bytes : throw BadFile.At(name, read, $"the file must have the {length} bytes that it claims");
    }

    private static ZipArchive OpenZip(string path)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            ZipArchive archive = new(file, ZipArchiveMode.Read);
            _ = archive.Entries;
            return archive;
        }
        catch (Exception error)
        {
            file.Dispose();
            throw error is InvalidDataException ? BadFile.Of(path, "the file is no zip, or a corrupt one", error) : error;
        }
    }

    private static bool Hidden(string name) => name.StartsWith('.') || name == "__MACOSX";

    private void RequireSplit()
    {
        if (_splits.Count == 0)
        {
            throw BadFile.Of(_path, "images must lie in train/<class>/ and test/<class>/, found neither train nor test");
        }
    }

    private void ListFolder()
    {
        foreach (string split in SplitNames.Where(split => Directory.Exists(Path.Combine(_path, split))))
        {
            _splits.Add(split, new(StringComparer.Ordinal));
            foreach (string folder in Directory.GetDirectories(Path.Combine(_path, split)))
            {
                string label = Path.GetFileName(folder);
                if (!Hidden(label))
                {
                    AddClass(split, label);
                    foreach (string file in Directory.GetFileSystemEntries(folder))
                    {
                        AddFile(split, label, Path.GetFileName(file), Directory.Exists(file));
                    }
                }
            }
        }
    }

    private void ListZip(ZipArchive archive)
    {
        string[] roots = [.. archive.Entries.Select(entry => entry.FullName.Split('/')[0]).Where(root => !Hidden(root)).Distinct()];
        _root = roots is [string only] && only is not ("train" or "test") ? only + "/" : string.Empty;
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.FullName.StartsWith(_root, StringComparison.Ordinal)))
        {
            string relative = entry.FullName[_root.Length..];
            string[] parts = relative.Split('/');
            if (parts.Length < 2 || parts[0] is not ("train" or "test") || Hidden(parts[1]))
            {
                continue;
            }

            _splits.TryAdd(parts[0], new(StringComparer.Ordinal));
            if (parts.Length > 2)
            {
                AddClass(parts[0], parts[1]);
                if (parts[2].Length > 0 && AddFile(parts[0], parts[1], parts[2], parts.Length > 3) && !_entries.TryAdd(relative, entry))
                {
                    throw BadFile.Of(NameOf(relative), "the zip has two entries of this name");
                }
            }
        }
    }

    private void AddClass(string split, string label) => _splits[split].TryAdd(label, new(StringComparer.Ordinal));

    private bool AddFile(string split, string label, string file, bool isFolder)
    {
        string path = $"{split}/{label}/{file}";
        if (Hidden(file))
        {
            return false;
        }

        if (isFolder || !Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
        {
            throw BadFile.Of(NameOf(path), $"a class folder holds images ({string.Join(", ", Extensions)}) and nothing else");
        }

        _splits[split][label].Add(path);
        return true;
    }
}
