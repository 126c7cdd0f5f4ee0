using RobMask.Numerics;

namespace RobMask.Data;

/// <summary>A rectangle of an image.</summary>
/// <param name="Top">Its first row.</param>
/// <param name="Left">Its first column.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Width">Its columns.</param>
internal readonly record struct CropWindow(int Top, int Left, int Height, int Width)
{
    private const int Tries = 10;
    private const int DrawsPerImage = 32;
    private const int FirstTry = 2;
    private const int Position = 24;
    private const double LeastArea = 0.08;
    private const double LeastRatio = 3.0 / 4.0;
    private const double GreatestRatio = 4.0 / 3.0;
    private const double LogRatio = 0.28768207245178090;

    /// <summary>The whole image.</summary>
    public static CropWindow Whole(int height, int width) => new(0, 0, height, width);

    /// <summary>A random part: 0.08 to 1 of the area, between 3:4 and 4:3 in shape (Szegedy et al., CVPR 2015; torchvision's <c>RandomResizedCrop</c>).</summary>
    /// <remarks>
    /// <para>In double: area A = H·W·(0.08 + 0.92·u), ratio r = exp(ln(4/3)·(2v − 1)), w = round(√(A·r)), h = round(√(A/r)),
    /// halves to even. The first of ten tries that fits, 1 ≤ w ≤ W and 1 ≤ h ≤ H, is taken, at a uniform place. Where none
    /// fits: the largest part of the nearest allowed shape in the middle, with w = W and h = round(W·4/3) of a narrow image,
    /// h = H and w = round(H·4/3) of a wide one, all of one that is neither.</para>
    /// <para>Draws of image i are 64-bit draws of the key: 32·i (flip, not used here), 32·i + 2 + 2t (u of try t), 32·i + 3 + 2t
    /// (v), 32·i + 24 (row), 32·i + 25 (column). torchvision's own random numbers differ; the distribution is its.</para>
    /// </remarks>
    /// <param name="stream">The random numbers.</param>
    /// <param name="image">The image's number.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static CropWindow Random(PhiloxStream stream, int image, int height, int width)
    {
        long draw = (long)image * DrawsPerImage;
        double area = (double)height * width;
        for (int t = 0; t < Tries; t++)
        {
            double target = area * (LeastArea + ((1 - LeastArea) * stream.Uniform53(draw + FirstTry + (2 * t))));
            double ratio = Elementary.Exp(LogRatio * ((2 * stream.Uniform53(draw + FirstTry + 1 + (2 * t))) - 1));
            int w = (int)Math.Round(Math.Sqrt(target * ratio));
            int h = (int)Math.Round(Math.Sqrt(target / ratio));
            if (w >= 1 && w <= width && h >= 1 && h <= height)
            {
                return new CropWindow(stream.Integer(draw + Position, height - h + 1), stream.Integer(draw + Position + 1, width - w + 1), h, w);
            }
        }

        double shape = (double)width / height;
        return shape < LeastRatio ? Central(height, width, (int)Math.Round(width / LeastRatio), width)
            : shape > GreatestRatio ? Central(height, width, height, (int)Math.Round(height * GreatestRatio))
            : Whole(height, width);
    }

    /// <summary>Whether the image is mirrored left to right.</summary>
    /// <inheritdoc cref="Random"/>
    public static bool Flips(PhiloxStream stream, int image) => stream.Integer((long)image * DrawsPerImage, 2) == 1;

    /// <summary>A part in the middle, half a pixel up and left where it cannot be exact, as torchvision's <c>CenterCrop</c> rounds: (H − h)/2, halves to even.</summary>
    public static CropWindow Central(int imageHeight, int imageWidth, int height, int width) =>
        new((int)Math.Round((imageHeight - height) / 2.0), (int)Math.Round((imageWidth - width) / 2.0), height, width);
}
