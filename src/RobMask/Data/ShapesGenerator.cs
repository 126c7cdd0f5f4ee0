using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Draws the embedded data set <c>shapes</c>: a bold shape that is often right, a faint texture that always is.</summary>
/// <remarks>
/// <para>
/// Image i has label i mod K. With probability p its shape is that of the label, else of another class. The shape is
/// brighter than its background by at least 80/255, far above any ε in use: a robust feature. Every pixel also carries
/// ±a of the label's texture, a ≤ ε/2: an attack of radius ε turns it into another class's texture: a non-robust
/// feature. So the best clean classifier reaches 1, the best robust one about p, and no classifier reaches both.
/// </para>
/// <para>
/// All arithmetic is on integers. Numbers are <see cref="PhiloxStream.Integer"/> of (seed, <see cref="PhiloxStreams.Data"/>,
/// split): image i owns indices 4096·i to 4096·i + 4095, of which 0 to 11 place and colour it and 16 onwards, in order
/// (c, h, w), are its noise. So an image does not depend on how many are drawn, nor on the parameters of other images.
/// </para>
/// </remarks>
public static class ShapesGenerator
{
    /// <summary>The number of shapes that can be drawn.</summary>
    public const int MaximumClasses = 10;

    private const int Channels = 3;
    private const int DrawsPerImage = 4096;
    private const int FirstNoise = 16;
    private const int ProbabilityBits = 30;

    private static readonly string[] Names = ["disc", "plus", "bars", "ring", "triangle", "columns", "saltire", "frame", "chequer", "diamond"];

    /// <summary>Draws both splits.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static DatasetPair Create(ShapesOptions options)
    {
        options.Validate();
        return new DatasetPair(
            options.TrainCount > 0 ? Split(options, 0, options.TrainCount) : null,
            options.TestCount > 0 ? Split(options, 1, options.TestCount) : null,
            "its count is 0")
        {
            SuggestedEpsilon = ShapesOptions.RecommendedEpsilon,
        };
    }

    /// <summary>Whether the shape of class <paramref name="shape"/> covers the pixel (dx, dy) from its centre; r is its radius.</summary>
    public static bool Covers(int shape, int dx, int dy, int r)
    {
        int square = (dx * dx) + (dy * dy);
        int far = Math.Max(Math.Abs(dx), Math.Abs(dy));
        return shape switch
        {
            0 => square <= r * r,
            1 => far <= r && 3 * Math.Min(Math.Abs(dx), Math.Abs(dy)) <= r,
            2 => far <= r && (dy + r) * 5 / ((2 * r) + 1) % 2 == 0,
            3 => square <= r * r && 4 * square >= r * r,
            4 => far <= r && 2 * Math.Abs(dx) <= dy + r,
            5 => far <= r && (dx + r) * 5 / ((2 * r) + 1) % 2 == 0,
            6 => far <= r && 3 * Math.Abs(Math.Abs(dx) - Math.Abs(dy)) <= r,
            7 => far <= r && 5 * far >= 3 * r,
            8 => far <= r && (dx < 0) == (dy < 0),
            9 => Math.Abs(dx) + Math.Abs(dy) <= r,
            _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, $"shapes: there are {MaximumClasses}"),
        };
    }

    /// <summary>The texture of a class: −1, 0 or 1 for each channel and pixel, mean zero over every 4×4 tile.</summary>
    /// <remarks>
    /// No two are shifts of each other, so that a convolution with global pooling can tell them apart, and all are
    /// orthogonal over a tile.
    /// </remarks>
    public static int Texture(int label, int c, int h, int w) => label switch
    {
        0 => Sign(w % 2 == 0),
        1 => Sign(h % 2 == 0),
        2 => Sign((h + w) % 2 == 0),
        3 => Sign((h + w) % 4 < 2),
        4 => Sign((h - w) % 4 is 0 or 1 or -3),
        5 => Sign(w % 4 < 2),
        6 => Sign(h % 4 < 2),
        7 => c == 2 ? 0 : Sign((h + w + c) % 2 == 0),
        8 => Sign(w % 2 == 0) * Sign(h % 4 < 2),
        9 => Sign(h % 2 == 0) * Sign(w % 4 < 2),
        _ => throw new ArgumentOutOfRangeException(nameof(label), label, $"shapes: there are {MaximumClasses}"),
    };

    private static int Sign(bool positive) => positive ? 1 : -1;

    private static ByteDataset Split(ShapesOptions options, uint split, int count)
    {
        TensorShape shape = new(Channels, options.Size, options.Size);
        byte[] pixels = new byte[checked(count * shape.Length)];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % options.Classes);
        }

        PhiloxStream stream = new(new PhiloxKey(options.Seed, PhiloxStreams.Data, split));
        Workers.For(count, new DrawJob(options, stream, pixels, shape.Length));
        return new ByteDataset("shapes", shape, pixels, labels, Names[..options.Classes]);
    }

    private static void Draw(ShapesOptions options, PhiloxStream stream, int image, Span<byte> pixels)
    {
        int size = options.Size;
        long draw = (long)image * DrawsPerImage;
        int label = image % options.Classes;
        int shape = label;
        if (stream.Integer(draw, 1 << ProbabilityBits) >= (int)(options.ShapeProbability * (1 << ProbabilityBits)))
        {
            int other = stream.Integer(draw + 1, options.Classes - 1);
            shape = other < label ? other : other + 1;
        }

        int radius = (size * 7 / 32) + stream.Integer(draw + 2, (size / 8) + 1);
        int centreH = radius + stream.Integer(draw + 3, size - (2 * radius));
        int centreW = radius + stream.Integer(draw + 4, size - (2 * radius));
        for (int c = 0; c < Channels; c++)
        {
            // 48 … 206, so that the noise (at most 32) and the texture (at most 16) never leave 0 … 255.
            int background = 48 + stream.Integer(draw + 5 + c, 48);
            int foreground = background + 80 + stream.Integer(draw + 8 + c, 32);
            for (int h = 0; h < size; h++)
            {
                for (int w = 0; w < size; w++)
                {
                    int position = (((c * size) + h) * size) + w;
                    int value = Covers(shape, w - centreW, h - centreH, radius) ? foreground : background;
                    int noise = stream.Integer(draw + FirstNoise + position, (2 * options.Noise) + 1) - options.Noise;
                    pixels[position] = (byte)(value + noise + (options.PatternAmplitude * Texture(label, c, h, w)));
                }
            }
        }
    }

    private readonly struct DrawJob(ShapesOptions options, PhiloxStream stream, byte[] pixels, int imageLength) : IWorkerJob
    {
        public void Run(int index, int worker) => Draw(options, stream, index, pixels.AsSpan(index * imageLength, imageLength));
    }
}
