using RobMask.Ops;

namespace RobMask.Bench;

/// <summary>How many products of a convolution are of two numbers, and not of a number and padding.</summary>
internal static class ConvolutionProducts
{
    /// <summary>The share of all products that do not meet padding, the same in all three directions: 100 / 144 for 3×3 taps on 4×4 pixels.</summary>
    public static double UsefulShare(ConvAttributes a, int height, int width, int outHeight, int outWidth) =>
        UsefulShare(height, outHeight, a.KernelHeight, a.StrideHeight, a.PaddingHeight, a.DilationHeight)
        * UsefulShare(width, outWidth, a.KernelWidth, a.StrideWidth, a.PaddingWidth, a.DilationWidth);

    private static double UsefulShare(int input, int output, int kernel, int stride, int padding, int dilation)
    {
        int useful = 0;
        for (int p = 0; p < output; p++)
        {
            for (int r = 0; r < kernel; r++)
            {
                int h = (p * stride) - padding + (r * dilation);
                useful += h >= 0 && h < input ? 1 : 0;
            }
        }

        return (double)useful / (output * kernel);
    }
}
