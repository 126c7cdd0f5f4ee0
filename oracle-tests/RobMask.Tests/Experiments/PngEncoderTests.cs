using System.Buffers.Binary;
using RobMask.Experiments.Reporting;
using StbImageSharp;
using Xunit;

namespace RobMask.Tests.Experiments;

public sealed class PngEncoderTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 3)]
    [InlineData(32, 32, 3)]
    [InlineData(28, 28, 1)]
    [InlineData(512, 1, 3)]
    public void Picture_is_read_back_by_another_decoder(int width, int height, int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, width * height * channels).Select(i => (byte)(i * 37))];
        ImageResult read = ImageResult.FromMemory(PngEncoder.Encode(pixels, width, height, channels), channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(pixels, read.Data);
    }

    [Fact]
    public void Every_chunk_has_the_published_checksum()
    {
        // The empty IEND chunk of every PNG file ends with AE 42 60 82.
        byte[] file = PngEncoder.Encode([0], 1, 1, 1);
        Assert.Equal(0xAE426082u, BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(file.Length - 4)));
    }

    [Fact]
    public void Wrong_sizes_are_refused() => Assert.Throws<ArgumentException>(() => PngEncoder.Encode([0, 0, 0], 2, 2, 1));
}
