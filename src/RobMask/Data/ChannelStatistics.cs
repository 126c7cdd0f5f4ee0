namespace RobMask.Data;

/// <summary>The mean and standard deviation of each channel over a data set: what a network's first layer standardises with.</summary>
/// <param name="Mean">μ of each channel.</param>
/// <param name="StandardDeviation">σ of each channel (biased); 1 for a channel that is constant.</param>
public sealed record ChannelStatistics(float[] Mean, float[] StandardDeviation)
{
    /// <summary>Measures a data set: two passes in double, image after image, rounded once to float.</summary>
    public static ChannelStatistics Of(Dataset dataset)
    {
        int channels = dataset.ImageShape[0];
        int area = dataset.ImageShape.Length / channels;
        float[] image = new float[dataset.ImageShape.Length];
        double count = (double)area * dataset.Count;
        double[] mean = new double[channels];
        double[] variance = new double[channels];
        for (int pass = 0; pass < 2; pass++)
        {
            double[] sums = pass == 0 ? mean : variance;
            for (int n = 0; n < dataset.Count; n++)
            {
                dataset.CopyImage(n, image);
                for (int c = 0; c < channels; c++)
                {
                    double sum = 0;
                    foreach (float value in image.AsSpan(c * area, area))
                    {
                        sum += pass == 0 ? value : (value - mean[c]) * (value - mean[c]);
                    }

                    sums[c] += sum;
                }
            }

            for (int c = 0; c < channels; c++)
            {
                sums[c] /= count;
            }
        }

        return new ChannelStatistics(
            [.. mean.Select(value => (float)value)],
            [.. variance.Select(value => value > 0 ? (float)Math.Sqrt(value) : 1)]);
    }
}
