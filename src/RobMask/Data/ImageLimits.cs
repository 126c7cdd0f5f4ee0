namespace RobMask.Data;

/// <summary>How large an image may be. It is checked before anything is decoded, so that a small file cannot claim all memory.</summary>
/// <param name="Extent">The most rows or columns.</param>
/// <param name="Pixels">The most pixels.</param>
internal readonly record struct ImageLimits(int Extent, int Pixels)
{
    /// <summary>Images that are held in memory as they are.</summary>
    public static ImageLimits Held => new(ImageDecoder.LargestExtent, ImageDecoder.LargestExtent * ImageDecoder.LargestExtent);

    /// <summary>
    /// Images that are decoded when they are needed and made smaller: 2²⁶ pixels, of 8 bits about 1 GiB of a worker
    /// while they are decoded (computed from the buffers).
    /// </summary>
    public static ImageLimits Decoded => new(1 << 14, 1 << 26);

    /// <summary>Says what is wrong with the extents, or null.</summary>
    public string? Reason(long width, long height) =>
        width < 1 || height < 1 || width > Extent || height > Extent ? $"images may be 1×1 to {Extent}×{Extent}, found {width}×{height}"
        : width * height > Pixels ? $"images may have {Pixels} pixels, found {width}×{height}"
        : null;
}
