using RobMask.Numerics;

namespace RobMask.Experiments.Statistics;

/// <summary>The bootstrap interval of the difference of two accuracies on the same images.</summary>
/// <remarks>
/// Left and right are right (1) or wrong (0) on the same image, so the pair is what is drawn: a resample draws the images,
/// and with several seeds the pairs of trainings too, with replacement (Efron and Tibshirani 1993, chapter 13, percentile
/// interval; two-way, as in Boos 2003). Draw i of resample b is integer i of the sequence (seed, Bootstrap, b), so a report
/// drawn again from its folder has the same figures. Sums are integers: the order of summation cannot show.
/// </remarks>
public static class PairedBootstrap
{
    /// <summary>The number of resamples: the ends of a 95 % interval then rest on a hundred values each.</summary>
    public const int Resamples = 4000;

    /// <summary>The mean of left − right over seeds and images, and its 95 % interval.</summary>
    /// <param name="left">For each seed, which images the first network got right.</param>
    /// <param name="right">The same of the second network, seed by seed.</param>
    /// <param name="seed">The key of the random numbers.</param>
    public static (double Mean, Interval Interval) Difference(IReadOnlyList<bool[]> left, IReadOnlyList<bool[]> right, ulong seed)
    {
        int images = left.Count == 0 ? 0 : left[0].Length;
        if (left.Count != right.Count || images == 0 || left.Concat(right).Any(one => one.Length != images))
        {
            throw new ArgumentException($"paired bootstrap: {left.Count} and {right.Count} trainings of {images} images; both sides need the same images for every seed", nameof(right));
        }

        return Mean([.. left.Zip(right).Select(pair => Subtract(pair.First, pair.Second))], seed);
    }

    /// <summary>left − right of each image: −1, 0 or 1.</summary>
    public static int[] Subtract(bool[] left, bool[] right) => [.. left.Zip(right).Select(pair => (pair.First ? 1 : 0) - (pair.Second ? 1 : 0))];

    /// <summary>The mean of a whole number that every image has, over seeds and images, and its 95 % interval.</summary>
    /// <param name="values">For each seed, the number of each image.</param>
    /// <param name="seed">The key of the random numbers.</param>
    public static (double Mean, Interval Interval) Mean(IReadOnlyList<int[]> values, ulong seed)
    {
        int seeds = values.Count;
        int images = values[0].Length;
        long[] sums = new long[Resamples];
        int[] drawn = new int[images];
        for (int b = 0; b < Resamples; b++)
        {
            PhiloxStream random = new(new PhiloxKey(seed, PhiloxStreams.Bootstrap, (uint)b));
            for (int n = 0; n < images; n++)
            {
                drawn[n] = random.Integer(n, images);
            }

            for (int s = 0; s < seeds; s++)
            {
                int[] row = values[seeds == 1 ? 0 : random.Integer(images + s, seeds)];
                foreach (int n in drawn)
                {
                    sums[b] += row[n];
                }
            }
        }

        Array.Sort(sums);
        double scale = 1.0 / ((double)seeds * images);
        const int Tail = Resamples / 40;
        long total = values.Sum(row => row.Sum(value => (long)value));
        return (total * scale, new Interval(sums[Tail - 1] * scale, sums[Resamples - Tail] * scale));
    }
}
