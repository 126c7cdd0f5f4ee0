using StbImageSharp;

namespace RobMask.Data;

/// <summary>Decodes one PNG or JPEG to 8-bit red, green and blue planes.</summary>
/// <remarks>
/// Decoding is by StbImageSharp, in integers, the same on every machine. Alpha is ignored, 16-bit samples keep their
/// upper byte, grey becomes three equal planes.
/// </remarks>
internal static class ImageDecoder
{
    /// <summary>The largest file that is read.</summary>
    public const int LargestFile = 32 << 20;

    /// <summary>The most rows or columns of an image that is held in memory.</summary>
    public const int LargestExtent = 1024;

    /// <summary>Decodes an image.</summary>
    /// <param name="name">What the image is called in errors.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="limits">How large it may be.</param>
    /// <exception cref="InvalidDataException">The bytes are no PNG or JPEG, damaged, or too large an image.</exception>
    public static DecodedImage Decode(string name, byte[] file, ImageLimits limits)
    {
        (int width, int height) = file.AsSpan().StartsWith(PngStructure.Signature) ? PngStructure.Check(name, file, limits)
            : file.AsSpan().StartsWith(JpegStructure.Signature) ? JpegStructure.Check(name, file, limits)
            : throw BadFile.At(name, 0, "the file is neither a PNG nor a JPEG");
        ImageResult image;
        try
        {
            image = ImageResult.FromMemory(file, ColorComponents.RedGreenBlue);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw BadFile.Of(name, $"the image cannot be decoded: {error.Message}", error);
        }

        bool grey = image.SourceComp is ColorComponents.Grey or ColorComponents.GreyAlpha;
        return image.Width == width && image.Height == height
            ? new DecodedImage(width, height, grey, image.Data)
            : throw BadFile.Of(name, $"the image claims {width}×{height} pixels and decodes to {image.Width}×{image.Height}");
    }
}

/// <summary>An image as it was decoded.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Grey">Whether the file held grey values.</param>
/// <param name="Interleaved">Red, green, blue of each pixel, row by row.</param>
internal readonly record struct DecodedImage(int Width, int Height, bool Grey, byte[] Interleaved)
{
    /// <summary>Writes planes [3, H, W].</summary>
    public void CopyPlanes(Span<byte> destination)
    {
        int area = Width * Height;
        Span<byte> red = destination[..area];
        Span<byte> green = destination.Slice(area, area);
        Span<byte> blue = destination.Slice(2 * area, area);
        for (int i = 0; i < area; i++)
        {
            red[i] = Interleaved[3 * i];
            green[i] = Interleaved[(3 * i) + 1];
            blue[i] = Interleaved[(3 * i) + 2];
        }
    }
}
