using RobMask.Data;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class CifarTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void The_mini_set_has_its_counts_and_the_bytes_of_its_files()
    {
        string folder = SharedData.Require("cifar10-mini", "cifar-10-batches-bin");
        DatasetPair pair = CifarFiles.LoadCifar10(folder);
        Assert.Equal(3000, pair.Train.Count);
        Assert.Equal(1000, pair.Test.Count);
        Assert.Equal(new TensorShape(3, 32, 32), pair.Train.ImageShape);
        Assert.Equal("airplane automobile bird cat deer dog frog horse ship truck", string.Join(' ', pair.Test.ClassNames));

        // Training image 1234 is record 34 of the third file of 600.
        byte[] file = File.ReadAllBytes(Path.Combine(folder, "data_batch_3.bin"));
        Assert.Equal(file[34 * 3073], pair.Train.Label(1234));
        float[] image = new float[3072];
        pair.Train.CopyImage(1234, image);
        for (int i = 0; i < image.Length; i++)
        {
            Assert.Equal(file[(34 * 3073) + 1 + i] / 255f, image[i]);
        }
    }

    [Fact]
    public void Cifar100_has_a_fine_and_a_coarse_label()
    {
        _folder.Write("test.bin", [.. Record([19, 99], 7), .. Record([3, 5], 8)]);
        Dataset fine = CifarFiles.LoadCifar100(_folder.Path, coarse: false).Test;
        Dataset coarse = CifarFiles.LoadCifar100(_folder.Path, coarse: true).Test;
        Assert.Equal([99, 5], new[] { fine.Label(0), fine.Label(1) });
        Assert.Equal([19, 3], new[] { coarse.Label(0), coarse.Label(1) });
        Assert.Equal((100, 20), (fine.ClassNames.Count, coarse.ClassNames.Count));
        float[] image = new float[3072];
        coarse.CopyImage(1, image);
        Assert.All(image, value => Assert.Equal(8 / 255f, value));
    }

    [Fact]
    public void A_truncated_record_is_refused_with_its_offset()
    {
        string path = _folder.Write("test_batch.bin", [.. Record([1], 0), .. Record([2], 0)[..3000]]);
        FileErrors.Names(path, () => CifarFiles.LoadCifar10(_folder.Path), "byte 3073", "a record has 3073 bytes, found 3000 before the end");
        _folder.Write("test_batch.bin", []);
        FileErrors.Names(path, () => CifarFiles.LoadCifar10(_folder.Path), "byte 0");
    }

    [Fact]
    public void A_label_out_of_range_is_refused_with_its_offset()
    {
        string ten = _folder.Write("test_batch.bin", [.. Record([9], 0), .. Record([10], 0)]);
        FileErrors.Names(ten, () => CifarFiles.LoadCifar10(_folder.Path), "byte 3073", "a label must be 0 to 9, found 10");
        string hundred = _folder.Write("test.bin", Record([0, 100], 0));
        FileErrors.Names(hundred, () => CifarFiles.LoadCifar100(_folder.Path, coarse: false), "byte 1", "a label must be 0 to 99, found 100");
    }

    [Fact]
    public void Missing_batches_wrong_names_and_an_empty_folder_are_refused()
    {
        FileErrors.Names(_folder.Path, () => CifarFiles.LoadCifar10(_folder.Path), "holds no cifar10 files");
        _folder.Write("data_batch_1.bin", Record([0], 0));
        FileErrors.Names(_folder.Path, () => CifarFiles.LoadCifar10(_folder.Path), "five files", "found 1");
        File.Delete(_folder["data_batch_1.bin"]);
        _folder.Write("test_batch.bin", Record([0], 0));
        string names = _folder.Write("batches.meta.txt", "one\ntwo\n");
        FileErrors.Names(names, () => CifarFiles.LoadCifar10(_folder.Path), "10 different names", "found 2");
    }

    private static byte[] Record(byte[] labels, byte pixel) => [.. labels, .. Enumerable.Repeat(pixel, 3072)];
}
