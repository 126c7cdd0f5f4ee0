using FsCheck.Xunit;
using RobMask.Data;
using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly Dataset Images = ShapesGenerator.Create(new ShapesOptions { TrainCount = 50, TestCount = 0, Size = 16 }).Train;

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 3)]
    public void An_epoch_deals_every_image_once_and_the_last_batch_is_kept_or_dropped(bool drop, int batches)
    {
        BatchLoader loader = new(Images, 16, seed: 9, shuffle: true, dropLast: drop);
        Assert.Equal(batches, loader.BatchCount);
        float[] images = new float[16 * Images.ImageShape.Length];
        int[] labels = new int[16];
        List<string> seen = [];
        for (int batch = 0; batch < batches; batch++)
        {
            int count = loader.Load(batch, images, labels);
            Assert.Equal(batch < 3 ? 16 : 2, count);
            for (int n = 0; n < count; n++)
            {
                int index = loader.Order[(batch * 16) + n];
                Assert.Equal(Image(index), images.AsSpan(n * Images.ImageShape.Length, Images.ImageShape.Length).ToArray());
                Assert.Equal(Images.Label(index), labels[n]);
            }
        }

        Assert.Equal(Enumerable.Range(0, 50), loader.Order.ToArray().Order());
    }

    [Fact]
    public void An_epoch_is_the_same_whatever_came_before_and_with_any_batch_size_and_threads()
    {
        int threads = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            float[] expected = Epoch(new BatchLoader(Images, 50, 5, shuffle: true, Augmentation.Cifar), 3);
            Workers.ThreadCount = 3;
            BatchLoader loader = new(Images, 7, 5, shuffle: true, Augmentation.Cifar);
            float[] other = Epoch(loader, 2);
            Assert.Equal(expected, Epoch(loader, 3));
            Assert.NotEqual(expected, other);
            Assert.NotEqual(expected, Epoch(new BatchLoader(Images, 7, 6, shuffle: true, Augmentation.Cifar), 3));
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [Fact]
    public void Without_shuffling_the_order_is_the_data_sets()
    {
        BatchLoader loader = new(Images, 8);
        loader.StartEpoch(4);
        Assert.Equal(Enumerable.Range(0, 50), loader.Order.ToArray());
    }

    [Fact]
    public void Loading_allocates_nothing_after_the_first_batch()
    {
        BatchLoader loader = new(Images, 8, 1, shuffle: true, Augmentation.Cifar);
        float[] images = new float[8 * Images.ImageShape.Length];
        int[] labels = new int[8];
        // Another test may change the number of threads, and the scratch memory grow once for it: one quiet round is enough.
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            loader.StartEpoch(round);
            loader.Load(round % 6, images, labels);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Property]
    public void A_crop_and_flip_is_the_definition_pixel_by_pixel(byte seed, ushort image, bool flip)
    {
        const int Padding = 3;
        TensorShape shape = new(2, 5, 4);
        float[] source = [.. Enumerable.Range(1, shape.Length).Select(i => (float)i)];
        float[] actual = new float[shape.Length];
        PhiloxKey key = new(seed, PhiloxStreams.Augmentation, 2);
        new Augmentation(Padding, flip).Apply(key, image, shape, source, actual);

        // The oracle pads, cuts and mirrors in separate steps, as torchvision does.
        PhiloxStream stream = new(key);
        int top = stream.Integer(4L * image, (2 * Padding) + 1);
        int left = stream.Integer((4L * image) + 1, (2 * Padding) + 1);
        bool mirrored = flip && stream.Integer((4L * image) + 2, 2) == 1;
        float[,,] padded = new float[2, 5 + (2 * Padding), 4 + (2 * Padding)];
        for (int i = 0; i < source.Length; i++)
        {
            padded[i / 20, (i / 4 % 5) + Padding, (i % 4) + Padding] = source[i];
        }

        for (int i = 0; i < actual.Length; i++)
        {
            int w = mirrored ? 3 - (i % 4) : i % 4;
            Assert.Equal(padded[i / 20, (i / 4 % 5) + top, w + left], actual[i]);
        }
    }

    [Fact]
    public void Crops_reach_every_window_and_flips_half_of_the_images()
    {
        TensorShape shape = new(1, 1, 3);
        float[] result = new float[3];
        Dictionary<string, int> seen = [];
        for (int image = 0; image < 3000; image++)
        {
            new Augmentation(1, true).Apply(new PhiloxKey(1, PhiloxStreams.Augmentation, 0), image, shape, [1, 2, 3], result);
            string key = string.Join(' ', result);
            seen[key] = seen.GetValueOrDefault(key) + 1;
        }

        // The row itself is kept by one of three vertical offsets; three horizontal ones, each mirrored or not: 1/18 each.
        string[] windows = ["0 1 2", "1 2 3", "2 3 0", "2 1 0", "3 2 1", "0 3 2"];
        Assert.Equal(7, seen.Count);
        Assert.All(windows, window => Assert.InRange(seen[window], (3000 / 18) - 65, (3000 / 18) + 65));
        Assert.InRange(seen["0 0 0"], 2000 - 130, 2000 + 130);
    }

    [Fact]
    public void Impossible_batches_and_short_buffers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new BatchLoader(Images, 0));
        Assert.Throws<ArgumentException>(() => new BatchLoader(Images, 51, dropLast: true));
        Assert.Throws<ArgumentException>(() => new BatchLoader(Images, 5, augmentation: new Augmentation(-1)));
        BatchLoader loader = new(Images, 5);
        Assert.Throws<ArgumentException>(() => loader.Load(0, new float[10], new int[5]));
        Assert.Throws<ArgumentException>(() => loader.Load(0, new float[5 * 768], new int[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Load(10, new float[5 * 768], new int[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.StartEpoch(-1));
    }

    private static float[] Image(int index)
    {
        float[] image = new float[Images.ImageShape.Length];
        Images.CopyImage(index, image);
        return image;
    }

    private static float[] Epoch(BatchLoader loader, int epoch)
    {
        loader.StartEpoch(epoch);
        int length = Images.ImageShape.Length;
        float[] all = new float[Images.Count * length];
        int[] labels = new int[loader.BatchSize];
        for (int batch = 0; batch < loader.BatchCount; batch++)
        {
            loader.Load(batch, all.AsSpan(batch * loader.BatchSize * length), labels);
        }

        return all;
    }
}
