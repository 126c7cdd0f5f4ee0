namespace RobMask.Training;

/// <summary>Random changes of the training images.</summary>
public sealed record AugmentationSettings
{
    /// <summary>Zero pixels added on each side before a random crop of the old size; 0 for no crop.</summary>
    public int CropPadding { get; init; }

    /// <summary>Mirror left and right with probability one half.</summary>
    public bool Flip { get; init; }

    /// <summary>Nothing.</summary>
    public static AugmentationSettings None { get; } = new();

    /// <summary>What CIFAR trainers do: 4 pixels and a flip.</summary>
    public static AugmentationSettings Cifar { get; } = new() { CropPadding = 4, Flip = true };
}
