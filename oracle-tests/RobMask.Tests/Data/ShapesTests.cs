using System.Security.Cryptography;
using RobMask.Data;
using RobMask.Kernels;
using Xunit;

namespace RobMask.Tests.Data;

public sealed class ShapesTests
{
    // Frozen: the default data set is the same bytes on every machine. Change it only with the generator's definition.
    private const string DefaultDigest = "ea61d1ef60eed1aa5c9a1b2971b11b73387394f84be2aec723b74ea188f66b43";

    [Fact]
    public void The_default_set_has_its_frozen_bytes_with_any_number_of_threads()
    {
        int threads = Workers.ThreadCount;
        try
        {
            foreach (int count in new[] { 1, 3 })
            {
                Workers.ThreadCount = count;
                Assert.Equal(DefaultDigest, Digest((ByteDataset)ShapesGenerator.Create(new ShapesOptions { TrainCount = 64, TestCount = 0 }).Train));
            }
        }
        finally
        {
            Workers.ThreadCount = threads;
        }
    }

    [Fact]
    public void An_image_does_not_depend_on_how_many_are_drawn_and_splits_differ()
    {
        DatasetPair few = ShapesGenerator.Create(new ShapesOptions { TrainCount = 10, TestCount = 10 });
        DatasetPair many = ShapesGenerator.Create(new ShapesOptions { TrainCount = 50, TestCount = 1 });
        Assert.Equal(((ByteDataset)few.Train).Pixels(9).ToArray(), ((ByteDataset)many.Train).Pixels(9).ToArray());
        Assert.NotEqual(((ByteDataset)few.Train).Pixels(0).ToArray(), ((ByteDataset)few.Test).Pixels(0).ToArray());
    }

    [Theory]
    [InlineData(16, 10, 16, 32)]
    [InlineData(32, 2, 4, 8)]
    public void Without_noise_an_image_is_shape_plus_texture_and_nothing_is_clipped(int size, int classes, int amplitude, int noise)
    {
        ShapesOptions options = new() { TrainCount = 60, TestCount = 0, Size = size, Classes = classes, PatternAmplitude = amplitude, Noise = noise };
        ByteDataset noisy = (ByteDataset)ShapesGenerator.Create(options).Train;
        ByteDataset plain = (ByteDataset)ShapesGenerator.Create(options with { Noise = 0 }).Train;
        ByteDataset bare = (ByteDataset)ShapesGenerator.Create(options with { Noise = 0, PatternAmplitude = 0 }).Train;
        int worst = 0;
        for (int n = 0; n < noisy.Count; n++)
        {
            ReadOnlySpan<byte> bareImage = bare.Pixels(n);
            for (int i = 0; i < bareImage.Length; i++)
            {
                int c = i / (size * size);
                int texture = ShapesGenerator.Texture(noisy.Label(n), c, i / size % size, i % size);
                Assert.Equal(bareImage[i] + (amplitude * texture), plain.Pixels(n)[i]);
                worst = Math.Max(worst, Math.Abs(noisy.Pixels(n)[i] - plain.Pixels(n)[i]));
            }

            // A bare image has two values a channel, far apart.
            for (int c = 0; c < 3; c++)
            {
                byte[] values = [.. bareImage.Slice(c * size * size, size * size).ToArray().Distinct().Order()];
                Assert.Equal(2, values.Length);
                Assert.InRange(values[1] - values[0], 80, 111);
            }
        }

        Assert.Equal(noise, worst);
    }

    [Fact]
    public void Textures_have_mean_zero_and_are_orthogonal_over_every_tile()
    {
        for (int a = 0; a < ShapesGenerator.MaximumClasses; a++)
        {
            for (int b = a; b < ShapesGenerator.MaximumClasses; b++)
            {
                int product = 0;
                int sum = 0;
                for (int i = 0; i < 48; i++)
                {
                    int left = ShapesGenerator.Texture(a, i / 16, i / 4 % 4, i % 4);
                    product += left * ShapesGenerator.Texture(b, i / 16, i / 4 % 4, i % 4);
                    sum += left;
                }

                Assert.Equal(a == b ? (a == 7 ? 32 : 48) : 0, product);
                Assert.Equal(0, sum);
            }
        }
    }

    [Fact]
    public void Textures_are_no_shifts_of_each_other()
    {
        for (int a = 0; a < ShapesGenerator.MaximumClasses; a++)
        {
            for (int b = 0; b < ShapesGenerator.MaximumClasses; b++)
            {
                for (int shift = 0; shift < 16; shift++)
                {
                    bool same = Enumerable.Range(0, 48).All(i =>
                        ShapesGenerator.Texture(a, i / 16, i / 4 % 4, i % 4) == ShapesGenerator.Texture(b, i / 16, (i / 4 % 4) + (shift / 4), (i % 4) + (shift % 4)));
                    Assert.False(same && a != b, $"texture {b} shifted by ({shift / 4}, {shift % 4}) is texture {a}");
                }
            }
        }
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.85)]
    [InlineData(0.0)]
    public void The_shape_is_right_as_often_as_was_asked(double probability)
    {
        ShapesOptions options = new() { TrainCount = 2000, TestCount = 0, Size = 16, ShapeProbability = probability, Noise = 0, PatternAmplitude = 0 };
        ByteDataset some = (ByteDataset)ShapesGenerator.Create(options).Train;
        ByteDataset always = (ByteDataset)ShapesGenerator.Create(options with { ShapeProbability = 1 }).Train;
        int right = Enumerable.Range(0, some.Count).Count(n => some.Pixels(n).SequenceEqual(always.Pixels(n)));

        // Five standard deviations of a binomial: a correct generator fails once in 1.7 million seeds.
        double width = 5 * Math.Sqrt(2000 * probability * (1 - probability));
        Assert.InRange(right, (2000 * probability) - width, (2000 * probability) + width);
    }

    [Fact]
    public void Labels_are_balanced_and_named_after_the_shapes()
    {
        Dataset test = DatasetCatalog.Load("shapes", new DatasetOptions { TrainCount = 4, TestCount = 40 }).Test;
        Assert.Equal(["disc", "plus", "bars", "ring"], test.ClassNames);
        Assert.All(Enumerable.Range(0, 4), label => Assert.Equal(10, Enumerable.Range(0, 40).Count(n => test.Label(n) == label)));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        ShapesOptions good = new();
        ShapesOptions[] bad =
        [
            good with { Size = 24 }, good with { Classes = 1 }, good with { Classes = 11 }, good with { ShapeProbability = double.NaN },
            good with { ShapeProbability = 1.1 }, good with { PatternAmplitude = 17 }, good with { Noise = -1 }, good with { TrainCount = -1 },
        ];
        Assert.All(bad, options => Assert.StartsWith("shapes: ", Assert.Throws<ArgumentException>(() => ShapesGenerator.Create(options)).Message, StringComparison.Ordinal));
    }

    private static string Digest(ByteDataset data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int n = 0; n < data.Count; n++)
        {
            hash.AppendData(data.Pixels(n));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
