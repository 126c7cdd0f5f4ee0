using RobMask.Data;
using RobMask.Engines;
using RobMask.Numerics;
using RobMask.Tensors;
using RobMask.Torch.Engine;
using Xunit;

namespace RobMask.Torch.Tests.Engine;

/// <summary>Batches that are made on the device, or loaded ahead, have the bits of <see cref="BatchLoader.Load"/>.</summary>
public sealed class DeviceBatchTests
{
    private const int Count = 23;
    private const int BatchSize = 5;
    private const ulong Seed = 77;

    public static TheoryData<Augmentation, bool, bool> Cases
    {
        get
        {
            TheoryData<Augmentation, bool, bool> cases = [];
            foreach (Augmentation augmentation in new[] { Augmentation.None, new Augmentation(2), new Augmentation(0, true), Augmentation.Cifar, new Augmentation(40, true) })
            {
                cases.Add(augmentation, true, false);
                cases.Add(augmentation, false, false);
                cases.Add(augmentation, false, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Batches_on_the_device_have_the_bits_of_the_loader(Augmentation augmentation, bool resident, bool ofSubset)
    {
        using TorchEngine engine = new() { ActsAsynchronous = true, ResidentLimit = resident ? null : 0 };
        Dataset data = ofSubset ? new SubsetDataset(Bytes(), [7, 3, 3, 22, 0, 11, 12]) : Bytes();
        BatchLoader expected = new(data, BatchSize, Seed, shuffle: true, augmentation);
        BatchLoader own = new(data, BatchSize, Seed, shuffle: true, augmentation);
        using IBatchSource source = engine.CreateBatches(own, requireUnitBox: true);
        Assert.IsType(resident ? typeof(ResidentBatches) : typeof(PrefetchingBatches), source);
        float[] pixels = new float[BatchSize * data.ImageShape.Length];
        int[] labels = new int[BatchSize];
        foreach (int epoch in new[] { 0, 2 })
        {
            expected.StartEpoch(epoch);
            source.StartEpoch(epoch);

            // From the second on, as a resumed epoch; the last batch is short.
            for (int batch = epoch == 0 ? 0 : 1; batch < expected.BatchCount; batch++)
            {
                int count = expected.Load(batch, pixels, labels);
                Batch loaded = source.Load(batch);
                float[] values = new float[loaded.Images.Shape.Length];
                int[] classes = new int[loaded.Labels.Shape.Length];
                engine.Download(loaded.Images, values);
                engine.DownloadLabels(loaded.Labels, classes);
                Assert.Equal(data.ImageShape.Prepend(count), loaded.Images.Shape);
                Assert.Equal(pixels.AsSpan(0, values.Length).ToArray().Select(BitConverter.SingleToInt32Bits), values.Select(BitConverter.SingleToInt32Bits));
                Assert.Equal(labels[..count], classes);
                Assert.Equal(expected.Order.ToArray(), own.Order.ToArray());
            }
        }
    }

    [Fact]
    public void Images_in_double_are_the_floats_widened()
    {
        using TorchEngine engine = new(doublePrecision: true) { ActsAsynchronous = true };
        using IBatchSource source = engine.CreateBatches(new BatchLoader(Bytes(), BatchSize), requireUnitBox: true);
        float[] values = new float[BatchSize * Bytes().ImageShape.Length];
        float[] expected = new float[values.Length];
        engine.Download(source.Load(0).Images, values);
        new BatchLoader(Bytes(), BatchSize).Load(0, expected, new int[BatchSize]);
        Assert.Equal(expected, values);
    }

    [Fact]
    public void What_goes_wrong_while_loading_ahead_is_thrown_where_that_batch_is_asked_for()
    {
        using TorchEngine engine = new() { ActsAsynchronous = true };
        Failing data = new(Bytes(), failsAt: 12);
        using IBatchSource source = engine.CreateBatches(new BatchLoader(data, BatchSize), requireUnitBox: true);
        source.StartEpoch(0);
        source.Load(0);
        source.Load(1);
        Assert.Equal("image 12 is damaged", Assert.Throws<InvalidDataException>(() => source.Load(2)).Message);
    }

    [Fact]
    public void A_pixel_outside_the_unit_box_is_refused()
    {
        using TorchEngine engine = new() { ActsAsynchronous = true };
        FloatDataset data = new("floats", new TensorShape(1, 1, 2), [0, 1, 0.5f, 1.5f], [0, 1], ["a", "b"], bounded: false);
        using IBatchSource source = engine.CreateBatches(new BatchLoader(data, 1), requireUnitBox: true);
        source.Load(0);
        Assert.Contains("1.5", Assert.Throws<ArgumentException>(() => source.Load(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_loaded_after_the_source_is_disposed_of()
    {
        using TorchEngine engine = new() { ActsAsynchronous = true };
        Failing data = new(Bytes(), failsAt: -1);
        IBatchSource source = engine.CreateBatches(new BatchLoader(data, BatchSize), requireUnitBox: true);
        source.Load(0);
        source.Dispose();
        int read = data.Read;
        Thread.Sleep(100);
        Assert.Equal(read, data.Read);
        Assert.Equal(2 * BatchSize, read);
    }

    [Theory]
    [InlineData(1, 0f, 1f)]
    [InlineData(3, -0.3f, 0.7f)]
    [InlineData(4096, 0.031f, 0f)]
    [InlineData(10001, 0f, 1f)]
    public void Uniform_numbers_of_the_device_have_the_bits_of_the_generator(int count, float low, float high)
    {
        using TorchEngine engine = new() { ActsAsynchronous = true };
        foreach (PhiloxKey key in new[] { new PhiloxKey(0, 0, 0), new PhiloxKey(0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF), new PhiloxKey(0x8123_4567_89AB_CDEF, 4, 70000) })
        {
            float[] expected = new float[count];
            new PhiloxStream(key).FillUniform(expected.AsSpan(), low, high);
            using ITensor drawn = engine.Allocate(new TensorShape(count));
            engine.FillUniform(drawn, key, low, high);
            float[] actual = new float[count];
            engine.Download(drawn, actual);
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
        }
    }

    private static ByteDataset Bytes()
    {
        TensorShape shape = new(3, 7, 6);
        byte[] pixels = [.. Enumerable.Range(0, Count * shape.Length).Select(i => (byte)((i * 7919) >> 3))];
        return new ByteDataset("bytes", shape, pixels, [.. Enumerable.Range(0, Count).Select(i => (byte)(i % 4))], ["a", "b", "c", "d"]);
    }

    /// <summary>A data set of no known bytes, one image of which cannot be read.</summary>
    private sealed class Failing(Dataset source, int failsAt) : Dataset
    {
        private int _read;

        public int Read => Volatile.Read(ref _read);

        public override string Name => source.Name;

        public override int Count => source.Count;

        public override TensorShape ImageShape => source.ImageShape;

        public override IReadOnlyList<string> ClassNames => source.ClassNames;

        public override int Label(int index) => source.Label(index);

        public override void CopyImage(int index, Span<float> destination)
        {
            Interlocked.Increment(ref _read);
            if (index == failsAt)
            {
                throw new InvalidDataException($"image {index} is damaged");
            }

            source.CopyImage(index, destination);
        }
    }
}
