using RobMask.Data;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class DatasetCatalogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("optdigits", "optdigits: 3823 training and 1797 test images of 1×8×8, 10 classes: 0, 1")]
    [InlineData("mnist", "mnist: no training and 10000 test images of 1×28×28, 10 classes")]
    [InlineData("cifar10", "cifar10: 3000 training and 1000 test images of 3×32×32, 10 classes: airplane")]
    public void A_name_is_found_in_the_data_folder(string name, string description)
    {
        DatasetOptions options = new() { DataFolder = Path.GetDirectoryName(SharedData.Require(name == "cifar10" ? "cifar10-mini" : name)) };
        Assert.StartsWith(description, DatasetCatalog.Load(name, options).Describe(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_path_is_recognised_by_the_files_in_it()
    {
        Assert.Equal("optdigits", DatasetCatalog.Load(SharedData.Require("optdigits")).Name);
        Assert.Equal("mnist", DatasetCatalog.Load(SharedData.Require("mnist")).Name);
        Assert.Equal("cifar10", DatasetCatalog.Load(SharedData.Require("cifar10-mini")).Name);
        Assert.Equal("cifar10", DatasetCatalog.Load(SharedData.Require("cifar10-mini", "cifar-10-batches-bin")).Name);
    }

    [Fact]
    public void A_full_binary_folder_comes_before_the_mini_one()
    {
        byte[] record = new byte[3073];
        _folder.Write("cifar10-mini/cifar-10-batches-bin/test_batch.bin", record);
        DatasetOptions options = new() { DataFolder = _folder.Path };
        Assert.Equal(1, DatasetCatalog.Load("cifar10", options).Test.Count);
        _folder.Write("cifar-10-batches-bin/test_batch.bin", [.. record, .. record]);
        Assert.Equal(2, DatasetCatalog.Load("cifar10", options).Test.Count);
    }

    [Fact]
    public void What_is_not_found_is_reported_with_every_place_that_was_tried()
    {
        FileErrors.Names(
            "cifar10: ",
            () => DatasetCatalog.Load("cifar10", new DatasetOptions { DataFolder = _folder.Path }),
            _folder["cifar-10-batches-bin"],
            _folder["cifar10-mini", "cifar-10-batches-bin"],
            "--data-dir",
            "REFERENCE_DATA");
        FileErrors.Names("nothing-here: ", () => DatasetCatalog.Load("nothing-here"), "shapes, gaussian, optdigits");
    }

    [Fact]
    public void Take_gives_the_first_images_of_each_class_in_their_order()
    {
        byte[] labels = [2, 2, 2, 0, 1, 0, 1, 0, 2];
        byte[] pixels = [.. Enumerable.Range(0, labels.Length).Select(i => (byte)i)];
        ByteDataset all = new("test", new TensorShape(1, 1, 1), pixels, labels, ["a", "b", "c"]);
        Assert.Equal([0, 3, 4], Taken(3));
        Assert.Equal([0, 1, 3, 4, 5, 6], Taken(6));

        // Class b has run out after two.
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Taken(8));
        Assert.Throws<ArgumentException>(() => Taken(10));
        Assert.Throws<ArgumentException>(() => Taken(0));

        int[] Taken(int count)
        {
            DatasetPair pair = new DatasetPair(all, null).Take(count, 1);
            float[] pixel = new float[1];
            return [.. Enumerable.Range(0, pair.Train.Count).Select(i =>
            {
                pair.Train.CopyImage(i, pixel);
                return (int)MathF.Round(pixel[0] * 255);
            })];
        }
    }

    [Fact]
    public void Training_and_test_images_of_other_shapes_or_classes_are_refused()
    {
        ByteDataset one = new("test", new TensorShape(1, 1, 1), [0], [0], ["a", "b"]);
        ByteDataset wide = new("test", new TensorShape(1, 1, 2), [0, 0], [0], ["a", "b"]);
        ByteDataset other = new("test", new TensorShape(1, 1, 1), [0], [0], ["a", "c"]);
        Assert.Throws<InvalidDataException>(() => new DatasetPair(one, wide));
        Assert.Throws<InvalidDataException>(() => new DatasetPair(one, other));
        Assert.Throws<InvalidDataException>(() => new DatasetPair(null, null));
    }

    [Fact]
    public void Labels_and_pixels_out_of_range_are_refused()
    {
        TensorShape shape = new(1, 1, 1);
        Assert.Throws<ArgumentException>(() => new ByteDataset("test", shape, [0], [2], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => new ByteDataset("test", shape, [17], [0], ["a", "b"], divisor: 16));
        Assert.Throws<ArgumentException>(() => new ByteDataset("test", shape, [0, 0], [0], ["a", "b"]));
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, -0.01f, 1.01f })
        {
            Assert.Throws<ArgumentException>(() => new FloatDataset("test", shape, [bad], [0], ["a", "b"], bounded: true));
        }

        Assert.Throws<ArgumentException>(() => new FloatDataset("test", shape, [float.NaN], [0], ["a", "b"], bounded: false));
        Assert.Throws<ArgumentException>(() => new FloatDataset("test", shape, [0], [-1], ["a", "b"], bounded: false));
        Assert.Equal(1, new FloatDataset("test", shape, [-3], [1], ["a", "b"], bounded: false).Count);
    }

    [Fact]
    public void Channel_statistics_are_those_of_two_plain_loops()
    {
        ByteDataset data = new("test", new TensorShape(2, 1, 2), [0, 255, 10, 10, 255, 0, 10, 10], [0, 1], ["a", "b"]);
        ChannelStatistics statistics = ChannelStatistics.Of(data);
        Assert.Equal([0.5f, 10 / 255f], statistics.Mean);
        Assert.Equal([0.5f, 1f], statistics.StandardDeviation);
    }
}
