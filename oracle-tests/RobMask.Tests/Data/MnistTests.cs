using System.Buffers.Binary;
using System.IO.Compression;
using RobMask.Data;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class MnistTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void The_published_test_set_loads_without_a_training_set()
    {
        DatasetPair pair = MnistFiles.Load(SharedData.Require("mnist"));
        Assert.Equal(10_000, pair.Test.Count);
        Assert.Equal(new TensorShape(1, 28, 28), pair.Test.ImageShape);

        // The first labels, as every copy of MNIST has them.
        Assert.Equal([7, 2, 1, 0, 4, 1, 4, 9, 5, 9], Enumerable.Range(0, 10).Select(pair.Test.Label));
        Assert.False(pair.HasTrain);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => pair.Train);
        Assert.Contains("no training images", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-idx3-ubyte", "-idx1-ubyte", false)]
    [InlineData("-idx3-ubyte.gz", "-idx1-ubyte.gz", true)]
    [InlineData(".idx3-ubyte", ".idx1-ubyte", false)]
    public void Either_spelling_compressed_or_not_gives_the_same_images(string images, string labels, bool zipped)
    {
        byte[] pixels = [0, 255, 51, 102, 1, 2, 3, 4];
        Write("t10k-images" + images, Idx([2, 2, 2], pixels), zipped);
        Write("t10k-labels" + labels, Idx([2], [9, 0]), zipped);
        Dataset test = MnistFiles.Load(_folder.Path).Test;
        float[] image = new float[4];
        test.CopyImage(0, image);
        Assert.Equal([0f, 1f, 51 / 255f, 102 / 255f], image);
        Assert.Equal([9, 0], Enumerable.Range(0, 2).Select(test.Label));
    }

    [Fact]
    public void A_wrong_magic_number_extent_length_or_label_is_refused_with_its_offset()
    {
        byte[] good = Idx([1, 2, 2], [1, 2, 3, 4]);
        string path = _folder["t10k-images-idx3-ubyte"];
        _folder.Write("t10k-labels-idx1-ubyte", Idx([1], [3]));
        Refused(Changed(good, 3, 1), "byte 0", "begins with 0x00000803, found 0x00000801");
        Refused(Changed(good, 2, 9), "byte 0", "found 0x00000903");
        Refused(Changed(good, 4, 0x80), "byte 4", "extents must be positive");
        Refused(Changed(good, 8, 0x60), "byte 8", "extents must be positive");
        Refused(Changed(good, 15, 3), "byte 20", "needs 22 bytes, the file has 20");
        Refused(good[..19], "byte 19", "needs 20 bytes");
        Refused([.. good, 0], "byte 20", "the file has 21");
        Refused(good[..10], "byte 10", "the file ended");
        _folder.Write("t10k-images-idx3-ubyte", good);
        string labels = _folder.Write("t10k-labels-idx1-ubyte", Idx([1], [10]));
        FileErrors.Names(labels, () => MnistFiles.Load(_folder.Path), "byte 8", "a label must be 0 to 9, found 10");
        _folder.Write("t10k-labels-idx1-ubyte", Idx([2], [1, 2]));
        FileErrors.Names(labels, () => MnistFiles.Load(_folder.Path), "byte 4", "as many labels");
        File.Delete(labels);
        FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), "has no labels file");

        void Refused(byte[] bytes, params string[] parts)
        {
            File.WriteAllBytes(path, bytes);
            FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), parts);
        }
    }

    [Fact]
    public void A_cut_or_damaged_gzip_is_refused()
    {
        byte[] pixels = new byte[50_000];
        new Random(7).NextBytes(pixels);
        _folder.Write("t10k-labels-idx1-ubyte", Idx([1], [3]));
        string path = _folder["t10k-images-idx3-ubyte.gz"];
        byte[] whole = Zip(Idx([1, 250, 200], pixels));
        foreach (int length in new[] { 3, 12, 100, whole.Length / 2, whole.Length - 1000 })
        {
            File.WriteAllBytes(path, whole[..length]);
            FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), "byte");
        }

        // A flipped bit of the stored checksum, and of the compressed bytes.
        File.WriteAllBytes(path, Changed(whole, whole.Length - 8, (byte)(whole[^8] ^ 1)));
        FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), "gzip stream is corrupt");
        foreach (int garbage in new[] { 1, 7, 20_000 })
        {
            File.WriteAllBytes(path, [.. whole, .. new byte[garbage].Select(_ => (byte)'x')]);
            FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), $"byte {whole.Length + garbage - 4}", "must end with the one gzip stream in it");
        }

        File.WriteAllBytes(path, Zip(Idx([1, 250, 200], [.. pixels, 1])));
        FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), "the data must end here");
    }

    [Fact]
    public void A_gzip_that_claims_two_billion_bytes_and_has_none_allocates_little()
    {
        string path = Write("t10k-images-idx3-ubyte.gz", Idx([2, 32767, 32767], [1, 2, 3]), zipped: true);
        _folder.Write("t10k-labels-idx1-ubyte", Idx([1], [3]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        FileErrors.Names(path, () => MnistFiles.Load(_folder.Path), "ended");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    private static byte[] Changed(byte[] bytes, int offset, byte value)
    {
        byte[] copy = (byte[])bytes.Clone();
        copy[offset] = value;
        return copy;
    }

    private static byte[] Idx(int[] extents, byte[] data)
    {
        byte[] header = new byte[4 + (4 * extents.Length)];
        header[2] = 8;
        header[3] = (byte)extents.Length;
        for (int i = 0; i < extents.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), extents[i]);
        }

        return [.. header, .. data];
    }

    private static byte[] Zip(byte[] bytes)
    {
        using MemoryStream target = new();
        using (GZipStream gzip = new(target, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }

    private string Write(string name, byte[] bytes, bool zipped) => _folder.Write(name, zipped ? Zip(bytes) : bytes);
}
