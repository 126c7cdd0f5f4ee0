using Microsoft.Win32.SafeHandles;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>An npy file, opened for reading; its one tensor goes by the file's name without the extension.</summary>
public sealed class NpyFile : ITensorFile
{
    private readonly SafeFileHandle _handle;
    private readonly NpyHeader _header;
    private readonly string _name;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">The file is not a well-formed npy file of an accepted type.</exception>
    public NpyFile(string path)
    {
        Path = path;
        _name = System.IO.Path.GetFileNameWithoutExtension(path);
        BadFile.RequireFile(path);
        _handle = File.OpenHandle(path);
        try
        {
            long length = RandomAccess.GetLength(_handle);
            using FileRange range = new(path, _handle, 0, length);
            _header = NpyHeader.Read(path, range.ReadExactly, length);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }

        Entries = [new TensorEntry(_name, _header.Type, _header.Shape)];
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <inheritdoc/>
    public ITensor Load(string name)
    {
        if (name != _name)
        {
            throw BadFile.Of(Path, $"has no tensor «{name}», an npy file has one: «{_name}»");
        }

        using FileRange range = new(Path, _handle, _header.Length, RandomAccess.GetLength(_handle) - _header.Length);
        return NpyData.Read(Path, _header, range.ReadExactly);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
