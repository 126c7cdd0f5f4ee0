using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using RobMask.Data;
using RobMask.Tensors;

namespace RobMask.Verification.Files;

/// <summary>An npz file, opened for reading one tensor at a time: a zip archive of npy files, as numpy.savez makes it.</summary>
/// <remarks>A member «x.npy» is the tensor «x». The checksum of a member is verified when its tensor is loaded.</remarks>
public sealed class NpzFile : ITensorFile
{
    private const string MemberExtension = ".npy";
    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, ZipMember> _members = new(StringComparer.Ordinal);

    /// <summary>Opens a file, checks its directory and the header of every member.</summary>
    /// <exception cref="InvalidDataException">The file is not a well-formed npz file.</exception>
    public NpzFile(string path)
    {
        Path = path;
        BadFile.RequireFile(path);
        _handle = File.OpenHandle(path);
        try
        {
            List<TensorEntry> entries = [];
            foreach (ZipMember member in new ZipDirectory(path, _handle).Read())
            {
                if (!member.Name.EndsWith(MemberExtension, StringComparison.Ordinal))
                {
                    throw BadFile.At(path, member.Start, $"every member of an npz file is an npy file, found «{member.Name}»");
                }

                string name = member.Name[..^MemberExtension.Length];
                NpyHeader header = Visit(member, static (header, _) => header);
                entries.Add(new TensorEntry(name, header.Type, header.Shape));
                _members.Add(name, member);
            }

            Entries = entries;
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <inheritdoc/>
    public ITensor Load(string name)
    {
        if (!_members.TryGetValue(name, out ZipMember? member))
        {
            throw BadFile.Of(Path, $"has no tensor «{name}»; it has {string.Join(", ", Entries.Select(e => e.Name))}");
        }

        return Visit(member, (header, stream) =>
        {
            ITensor tensor = NpyData.Read(Where(member), header, stream.ReadExactly);
            if (stream.Checksum != member.Crc)
            {
                throw BadFile.At(Path, member.Start, $"the data of «{member.Name}» have checksum {stream.Checksum:x8}, the directory says {member.Crc:x8}");
            }

            return tensor;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private string Where(ZipMember member) => $"{Path}: «{member.Name}»";

    /// <summary>Reads a member's header and hands it over with what follows.</summary>
    private TResult Visit<TResult>(ZipMember member, Func<NpyHeader, CheckedStream, TResult> visit)
    {
        using FileRange range = new(Path, _handle, member.Start, member.StoredLength);
        using Stream unpacked = member.Deflated ? new DeflateStream(range, CompressionMode.Decompress) : range;
        CheckedStream stream = new(unpacked);
        try
        {
            return visit(NpyHeader.Read(Where(member), stream.ReadExactly, member.Length), stream);
        }
        catch (EndOfStreamException error)
        {
            throw BadFile.At(Path, member.Start, $"«{member.Name}» unpacks to fewer bytes than the {member.Length} that the directory says", error);
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(Path, StringComparison.Ordinal))
        {
            throw BadFile.At(Path, member.Start, $"the deflated data of «{member.Name}» are damaged: {error.Message}", error);
        }
    }

    /// <summary>Keeps the checksum of what has been read.</summary>
    private sealed class CheckedStream(Stream stream)
    {
        public uint Checksum { get; private set; }

        public void ReadExactly(Span<byte> destination)
        {
            stream.ReadExactly(destination);
            Checksum = Crc32.Continue(Checksum, destination);
        }
    }
}
