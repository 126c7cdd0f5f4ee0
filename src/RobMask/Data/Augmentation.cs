using System.Text.Json.Serialization;
using RobMask.Numerics;
using RobMask.Tensors;

namespace RobMask.Data;

/// <summary>What is done to a training image before it is used.</summary>
/// <param name="CropPadding">Rows and columns of zeros added on every side, of which a random window of the image's size is taken; 0: none.</param>
/// <param name="Flip">Whether half of the images are mirrored left to right.</param>
/// <param name="ResizedCrop">A random part of the original, made as large as the data set's images (<see cref="CropWindow.Random"/>); for images that have originals.</param>
public readonly record struct Augmentation(int CropPadding = 0, bool Flip = false, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ResizedCrop = false)
{
    private const int DrawsPerImage = 4;

    /// <summary>Leaves images as they are.</summary>
    public static Augmentation None => default;

    /// <summary>The usual one for CIFAR: 4 pixels of padding, and flips.</summary>
    public static Augmentation Cifar => new(4, true);

    /// <summary>The usual one for ImageNet: resized crops, and flips.</summary>
    public static Augmentation ImageNet => new(0, true, true);

    /// <summary>Whether images stay as they are.</summary>
    public bool IsNone => CropPadding == 0 && !Flip && !ResizedCrop;

    /// <summary>Writes the augmented image.</summary>
    /// <remarks>
    /// destination[c, h, w] = source[c, h + dh, w′ + dw], w′ = W − 1 − w in a flipped image, 0 outside the source. The
    /// window's (dh, dw) is uniform in −padding … padding. The draws are indices 4·image (dh), + 1 (dw) and + 2 (flip) of
    /// the key, whatever is switched on, so that an image's window does not depend on its batch or on the flip option.
    /// </remarks>
    /// <param name="key">The random numbers: stream <see cref="PhiloxStreams.Augmentation"/>, the epoch as step.</param>
    /// <param name="image">The image's index in its data set.</param>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="source">The image.</param>
    /// <param name="destination">Receives the augmented image; not the source.</param>
    public void Apply(PhiloxKey key, int image, TensorShape shape, ReadOnlySpan<float> source, Span<float> destination)
    {
        (int dh, int dw, bool flip) = Draw(key, image);
        int height = shape[1];
        int width = shape[2];
        for (int row = 0; row < shape[0] * height; row++)
        {
            int h = (row % height) + dh;
            Span<float> target = destination.Slice(row * width, width);
            if (h < 0 || h >= height)
            {
                target.Clear();
                continue;
            }

            ReadOnlySpan<float> line = source.Slice((row + dh) * width, width);
            for (int w = 0; w < width; w++)
            {
                int from = (flip ? width - 1 - w : w) + dw;
                target[w] = (uint)from < (uint)width ? line[from] : 0;
            }
        }
    }

    /// <summary>Draws the window and the flip of an image.</summary>
    internal CropAndFlip Draw(PhiloxKey key, int image)
    {
        PhiloxStream stream = new(key);
        long draw = (long)image * DrawsPerImage;
        return new CropAndFlip(
            stream.Integer(draw, (2 * CropPadding) + 1) - CropPadding,
            stream.Integer(draw + 1, (2 * CropPadding) + 1) - CropPadding,
            Flip && stream.Integer(draw + 2, 2) == 1);
    }

    /// <summary>Checks the parameters.</summary>
    /// <exception cref="ArgumentException">The padding is negative, or there are both kinds of crop.</exception>
    public void Validate()
    {
        if (ResizedCrop && CropPadding != 0)
        {
            throw new ArgumentException($"augmentation: a resized crop and a crop from {CropPadding} pixels of padding exclude each other", nameof(CropPadding));
        }

        if (CropPadding is < 0 or > ImageDecoder.LargestExtent)
        {
            throw new ArgumentException($"augmentation: the padding must be 0 to {ImageDecoder.LargestExtent}, found {CropPadding}", nameof(CropPadding));
        }
    }

    /// <summary>Checks that it can be done to the images of a data set.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    internal void RequireFor(Dataset data)
    {
        if (ResizedCrop && !data.HasOriginals)
        {
            throw new ArgumentException($"augmentation: a resized crop needs originals of other sizes; the images of {data.Name} have none. Folders that are read with --image-size have them", nameof(data));
        }
    }
}
