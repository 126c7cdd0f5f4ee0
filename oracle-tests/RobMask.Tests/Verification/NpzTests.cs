using System.IO.Compression;
using RobMask.Data;
using RobMask.Tensors;
using RobMask.Verification.Files;
using Xunit;

namespace RobMask.Tests.Verification;

/// <summary>The npz reader against the runtime's zip writer and against archives laid out by hand; the writer against the runtime's zip reader.</summary>
public sealed class NpzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void What_the_runtime_zips_is_read(CompressionLevel level)
    {
        string path = _folder["zipped.npz"];
        NamedTensor[] tensors = TensorSamples.Named();
        using (ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create))
        {
            foreach (NamedTensor tensor in tensors)
            {
                using Stream member = archive.CreateEntry(tensor.Name + ".npy", level).Open();
                NpyWriter.Write(tensor.Tensor, member);
            }
        }

        AssertSame(tensors, TensorFile.ReadAll(path));
    }

    [Fact]
    public void What_is_written_is_read_back_by_us_and_by_the_runtime_and_is_the_same_each_time()
    {
        NamedTensor[] tensors = TensorSamples.Named();
        TensorFile.Write(_folder["one.npz"], tensors);
        TensorFile.Write(_folder["two.npz"], tensors);
        Assert.Equal(File.ReadAllBytes(_folder["one.npz"]), File.ReadAllBytes(_folder["two.npz"]));
        AssertSame(tensors, TensorFile.ReadAll(_folder["one.npz"]));
        using ZipArchive archive = ZipFile.OpenRead(_folder["one.npz"]);
        Assert.Equal(tensors.Select(t => t.Name + ".npy"), archive.Entries.Select(e => e.FullName));
        Assert.All(archive.Entries, entry => Assert.Equal(entry.Length, entry.CompressedLength));
    }

    [Fact]
    public void Lengths_in_an_extra_field_of_the_local_header_as_numpy_writes_them_are_read()
    {
        byte[] member = Npy(DenseTensor<float>.From([1, 2], 2));
        string path = _folder.Write("numpy.npz", new HandMadeZip().Add("x.npy", member, numpyLengths: true).ToArray());
        TensorSamples.AssertSame(DenseTensor<float>.From([1, 2], 2), Assert.Single(TensorFile.ReadAll(path)).Tensor);
    }

    [Theory]
    [InlineData("../x.npy", "must be relative")]
    [InlineData("/x.npy", "must be relative")]
    [InlineData("a/../x.npy", "must be relative")]
    [InlineData("a\\x.npy", "must be relative")]
    [InlineData("c:x.npy", "must be relative")]
    [InlineData("x.txt", "is an npy file, found «x.txt»")]
    [InlineData("x/", "must be relative")]
    [InlineData("a\nb.npy", "must be relative")]
    public void A_name_that_escapes_or_is_no_array_is_refused(string name, string rule) =>
        Refused(rule, new HandMadeZip().Add(name, Npy(new DenseTensor<float>(1))).ToArray());

    [Fact]
    public void A_name_that_occurs_twice_is_refused() =>
        Refused("«x.npy» occurs twice", new HandMadeZip().Add("x.npy", Npy(new DenseTensor<float>(1))).Add("x.npy", Npy(new DenseTensor<float>(2))).ToArray());

    [Fact]
    public void Members_that_share_bytes_are_refused()
    {
        // The quine's and the overlap bomb's trick: two records of the directory, one local header.
        byte[] member = Npy(new DenseTensor<float>(1));
        Refused("must begin here", new HandMadeZip().Add("x.npy", member).Add("x.npy", member, recordName: "x.npy", samePlace: true).ToArray(), "occurs twice");
        Refused("agree with the central directory", new HandMadeZip().Add("x.npy", member).Add("y.npy", member, samePlace: true).ToArray());
    }

    [Fact]
    public void Bytes_that_belong_to_no_member_are_refused() =>
        Refused("must begin here", [.. "junk"u8, .. new HandMadeZip { Start = 4 }.Add("x.npy", Npy(new DenseTensor<float>(1))).ToArray()]);

    [Fact]
    public void A_bomb_is_refused_before_anything_is_allocated()
    {
        byte[] zeros = Npy(new DenseTensor<byte>(64 << 20));
        byte[] deflated = Deflate(zeros);
        string path = _folder.Write("bomb.npz", new HandMadeZip().Add("x.npy", deflated, deflatedLength: zeros.Length, crc: Crc32.Of(zeros)).ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("100-fold", Assert.Throws<InvalidDataException>(() => new NpzFile(path)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Refused("cannot hold the", new HandMadeZip().Add("x.npy", Deflate(Npy(new DenseTensor<float>(1))), deflatedLength: 1_000_000, crc: 0).ToArray());
    }

    [Fact]
    public void Data_that_differ_from_their_checksum_are_refused_on_loading()
    {
        DenseTensor<float> tensor = DenseTensor<float>.From([1, 2, 3], 3);
        byte[] whole = new HandMadeZip().Add("x.npy", Npy(tensor)).ToArray();
        whole[30 + 5 + 128] ^= 1;
        using NpzFile file = new(_folder.Write("crc.npz", whole));
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => file.Load("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deflated_member_that_unpacks_to_too_little_is_refused()
    {
        byte[] npy = Npy(new DenseTensor<float>(100));
        byte[] cut = Deflate(npy[..200]);
        using NpzFile file = new(_folder.Write("short.npz", new HandMadeZip().Add("x.npy", cut, deflatedLength: npy.Length, crc: Crc32.Of(npy)).ToArray()));
        Assert.Throws<InvalidDataException>(() => file.Load("x"));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = new HandMadeZip().Add("x.npy", Npy(new DenseTensor<float>(1))).ToArray();
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("cut.npz", whole[..length]);
            Assert.Throws<InvalidDataException>(() => new NpzFile(path));
        }
    }

    [Fact]
    public void A_missing_tensor_is_named_with_those_that_are_there()
    {
        TensorFile.Write(_folder["m.npz"], [new("a", new DenseTensor<float>(1)), new("b", new DenseTensor<float>(1))]);
        using ITensorFile file = TensorFile.Open(_folder["m.npz"]);
        Assert.Contains("no tensor «c»; it has a, b", Assert.Throws<InvalidDataException>(() => file.Load("c")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TensorFile.Write(_folder["n.npz"], [new("../a", new DenseTensor<float>(1))]));
        Assert.Throws<ArgumentException>(() => TensorFile.Write(_folder["n.npz"], [new("a", new DenseTensor<float>(1)), new("a", new DenseTensor<float>(1))]));
    }

    private static void AssertSame(NamedTensor[] expected, IReadOnlyList<NamedTensor> actual)
    {
        Assert.Equal(expected.Select(t => t.Name), actual.Select(t => t.Name));
        foreach ((NamedTensor left, NamedTensor right) in expected.Zip(actual))
        {
            TensorSamples.AssertSame(left.Tensor, right.Tensor);
        }
    }

    private static byte[] Npy(ITensor tensor)
    {
        using MemoryStream stream = new();
        NpyWriter.Write(tensor, stream);
        return stream.ToArray();
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (DeflateStream deflate = new(stream, CompressionLevel.Optimal))
        {
            deflate.Write(bytes);
        }

        return stream.ToArray();
    }

    private void Refused(string rule, byte[] bytes, string? orRule = null)
    {
        string path = _folder.Write("refused.npz", bytes);
        string message = Assert.Throws<InvalidDataException>(() => new NpzFile(path)).Message;
        Assert.StartsWith($"{path}: byte ", message, StringComparison.Ordinal);
        Assert.True(message.Contains(rule, StringComparison.Ordinal) || (orRule is not null && message.Contains(orRule, StringComparison.Ordinal)), message);
    }
}
