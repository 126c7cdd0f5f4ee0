namespace RobMask.Data;

/// <summary>What <see cref="Augmentation"/> draws for an image.</summary>
/// <param name="Down">dh: how far the window lies below the image.</param>
/// <param name="Right">dw: how far it lies to the right.</param>
/// <param name="Flips">Whether it is mirrored.</param>
internal readonly record struct CropAndFlip(int Down, int Right, bool Flips);
