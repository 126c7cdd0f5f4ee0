using RobMask.Kernels;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>Draws points of the mixture x = yθ + σz.</summary>
/// <remarks>
/// Point n has y = −1 (class 0) for even n and y = +1 (class 1) for odd n. z is <see cref="PhiloxStream.Normal"/> of
/// (seed, <see cref="PhiloxStreams.Data"/>, split) at index n·d + i; the sum is taken in double, rounded once to float.
/// </remarks>
public static class GaussianGenerator
{
    /// <summary>Draws both splits, shape [d, 1, 1].</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static DatasetPair Create(GaussianOptions options)
    {
        options.Validate();
        return new DatasetPair(
            options.TrainCount > 0 ? Split(options, 0, options.TrainCount) : null,
            options.TestCount > 0 ? Split(options, 1, options.TestCount) : null,
            "its count is 0")
        {
            SuggestedEpsilon = (float)options.Epsilon,
        };
    }

    private static FloatDataset Split(GaussianOptions options, uint split, int count)
    {
        double[] theta = [.. options.Theta];
        float[] elements = new float[checked(count * theta.Length)];
        int[] labels = new int[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = n % 2;
        }

        PhiloxStream stream = new(new PhiloxKey(options.Seed, PhiloxStreams.Data, split));
        Workers.For(count, new DrawJob(theta, options.Sigma, stream, elements));
        return new FloatDataset("gaussian", new TensorShape(theta.Length, 1, 1), elements, labels, ["-1", "+1"], bounded: false);
    }

    private readonly struct DrawJob(double[] theta, double sigma, PhiloxStream stream, float[] elements) : IWorkerJob
    {
        public void Run(int index, int worker)
        {
            long start = (long)index * theta.Length;
            for (int i = 0; i < theta.Length; i++)
            {
                double mean = index % 2 == 0 ? -theta[i] : theta[i];
                elements[start + i] = (float)(mean + (sigma * stream.Normal(start + i)));
            }
        }
    }
}
